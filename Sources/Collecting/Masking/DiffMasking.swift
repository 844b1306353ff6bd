/// Masks what `git diff` shows of secrets in settings and programs: those that were, too, which nobody knows any more.
///
/// A value counts if it stands in quotes behind a name that speaks of a secret; in files that are written without
/// quotes, also without. The old and the new side of a change are followed apart, since a value may lie on the lines
/// after its name.
struct DiffMasking {
    static func apply(to text: [UInt8]) -> [UInt8] {
        var masking = DiffMasking()
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return Array(lines.map { masking.masked($0) }.joined(separator: [UInt8(ascii: "\n")]))
    }

    private var file = FileKind.program
    private var old = SecretAssignments()
    private var new = SecretAssignments()
    /// How many columns say which side a line belongs to; 0 outside of a hunk.
    private var columns = 0

    private mutating func masked(_ line: ArraySlice<UInt8>) -> [UInt8] {
        if line.starts(with: Array("diff ".utf8)) {
            columns = 0
            file = .program
        } else if line.starts(with: Array("@@".utf8)) {
            return hunk(line)
        } else if columns == 0 {
            header(line)
        } else if file != .prose {
            return content(line)
        }
        return Array(line)
    }

    /// `--- a/name` and `+++ b/name`; one of them may be `/dev/null`.
    private mutating func header(_ line: ArraySlice<UInt8>) {
        guard ["--- ", "+++ "].contains(where: { line.starts(with: Array($0.utf8)) }) else { return }
        let name = line.dropFirst(4)
        if !name.elementsEqual("/dev/null".utf8) { file = FileKind(name: name) }
    }

    /// `@@ -1,3 +1,3 @@ def x():`, with a line of the file at its end; a merge has a column more for each parent.
    private mutating func hunk(_ line: ArraySlice<UInt8>) -> [UInt8] {
        let marks = line.prefix { $0 == UInt8(ascii: "@") }
        columns = marks.count - 1
        old = SecretAssignments(bare: file.bare)
        guard file != .prose, let end = line.dropFirst(marks.count).firstRange(of: Array(marks)) else {
            new = old
            return Array(line)
        }
        let ranges = old.values(in: line[end.upperBound...])
        new = old
        return replacing(ranges, in: line)
    }

    private mutating func content(_ line: ArraySlice<UInt8>) -> [UInt8] {
        let sides = line.prefix(columns)
        let text = line.dropFirst(columns)
        // "\ No newline at end of file"
        if sides.first == UInt8(ascii: "\\") { return Array(line) }
        if sides.contains(UInt8(ascii: "-")) { return replacing(old.values(in: text), in: line) }
        if sides.contains(UInt8(ascii: "+")) { return replacing(new.values(in: text), in: line) }
        let ranges = old.values(in: text)
        return replacing(ranges + new.values(in: text).filter { !ranges.contains($0) }, in: line)
    }

    private func replacing(_ ranges: [Range<Int>], in line: ArraySlice<UInt8>) -> [UInt8] {
        var masked: [UInt8] = []
        var position = line.startIndex
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where range.lowerBound >= position {
            masked += line[position..<range.lowerBound] + Masking.mask
            position = range.upperBound
        }
        return masked + line[position...]
    }

    /// How a file writes its settings, by its name.
    private enum FileKind {
        /// With quotes, as far as anybody knows.
        case program
        case shell
        case settings
        /// Text for people, in which a colon says nothing.
        case prose

        init(name: ArraySlice<UInt8>) {
            let name = name.split(separator: UInt8(ascii: "/")).last.map { $0.map(lowercased) } ?? []
            let parts = name.filter { !QuotedText.isQuote($0) }.split(separator: UInt8(ascii: "."))
                .map { String(decoding: $0, as: UTF8.self) }
            let kind = parts.last {
                !["default", "sample", "example", "template", "dist", "orig", "old", "bak"].contains($0)
            }
            switch kind {
            case "sh", "bash", "env", "envrc", "dockerfile", "profile", "bashrc": self = .shell
            case "conf", "cfg", "cnf", "ini", "properties", "toml", "yml", "yaml": self = .settings
            case "html", "htm", "css", "scss", "less", "svg", "po", "pot", "md", "rst", "org", "csv": self = .prose
            default: self = .program
            }
        }

        var bare: SecretAssignments.Bare {
            switch self {
            case .program, .prose: .none
            case .shell: .word
            case .settings: .line
            }
        }
    }
}
