/// Finds the values that are given to names that speak of a secret: `'PASSWORD': 'x'`, `DB_PASS = "x"`, and, where
/// settings are written without quotes, `password: x`. It goes line by line, because a value may lie on the lines after
/// its name.
struct SecretAssignments {
    /// Which values without quotes count.
    enum Bare: Hashable {
        case none
        /// The first word behind `=`, as in shells.
        case word
        /// The rest of the line, as in `.ini` and YAML.
        case line
    }

    /// What the last line has left open.
    private enum Open {
        case nothing
        /// The value is to come.
        case value(inParentheses: Bool)
        /// The value has begun.
        case text(QuotedText.Quote, inParentheses: Bool)
    }

    private let bare: Bare
    private var open = Open.nothing

    init(bare: Bare = .none) { self.bare = bare }

    /// Where the secret values of the next line stand in it, without their quotes.
    mutating func values(in line: ArraySlice<UInt8>) -> [Range<Int>] {
        let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        var found: [Range<Int>] = []
        var rest = continued(line, &found)
        while let mark = rest.firstIndex(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "=") }) {
            let name = AssignedName(before: rest[..<mark])
            rest = value(of: name, behind: mark, in: rest, &found)
        }
        return found
    }

    /// Takes what belongs to the last line's value. - Returns: the rest of the line.
    private mutating func continued(_ line: ArraySlice<UInt8>, _ found: inout [Range<Int>]) -> ArraySlice<UInt8> {
        switch open {
        case .nothing: return line
        case .value(let inParentheses):
            let rest = withoutBlanks(line)
            if endsHere(rest) { return [] }
            open = .nothing
            return texts(rest, inParentheses: inParentheses, &found)
        case .text(let quote, let inParentheses):
            open = .nothing
            let text = QuotedText(quote, insideAt: line)
            return take(text, of: line, inParentheses: inParentheses, &found)
        }
    }

    /// Looks at what stands behind a `:` or `=`. - Returns: where to look for the next one.
    private mutating func value(
        of name: AssignedName, behind mark: Int, in line: ArraySlice<UInt8>, _ found: inout [Range<Int>]
    ) -> ArraySlice<UInt8> {
        let isEqual = line[mark] == UInt8(ascii: "=")
        let behind = line[(mark + 1)...].drop { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ">") }
        let start = withoutBlanks(behind)
        guard SecretName.speaks(name.text) else {
            // A mark inside of a text is none.
            guard let text = text(at: start, in: line) else { return behind }
            return text.end.map { line[$0...] } ?? []
        }
        if start.first == UInt8(ascii: "(") {
            let inside = withoutBlanks(start.dropFirst())
            if endsHere(inside) {
                open = .value(inParentheses: true)
                return []
            }
            return texts(inside, inParentheses: true, &found)
        }
        // `class Token:` is followed by something else.
        if endsHere(start), isEqual || name.isQuoted {
            open = .value(inParentheses: false)
            return []
        }
        if let text = text(at: start, in: line) { return take(text, of: line, inParentheses: false, &found) }
        return bareValue(start, mark: mark, name, &found) ?? behind
    }

    /// The literal that begins here, unless its quote rather ends one: `print 'password: ' + x`.
    private func text(at start: ArraySlice<UInt8>, in line: ArraySlice<UInt8>) -> QuotedText? {
        guard let text = QuotedText(at: start) else { return nil }
        let isInside = line[..<start.startIndex].count { $0 == text.quote.byte } % 2 == 1
        guard isInside else { return text }
        guard text.end != nil, let first = start[text.content].first else { return nil }
        return " ,)+%.;:]}".utf8.contains(first) ? nil : text
    }

    /// Takes literals that stand one behind the other, which are one value.
    private mutating func texts(
        _ rest: ArraySlice<UInt8>, inParentheses: Bool, _ found: inout [Range<Int>]
    ) -> ArraySlice<UInt8> {
        guard let text = QuotedText(at: rest) else { return rest }
        return take(text, of: rest, inParentheses: inParentheses, &found)
    }

    private mutating func take(
        _ text: QuotedText, of line: ArraySlice<UInt8>, inParentheses: Bool, _ found: inout [Range<Int>]
    ) -> ArraySlice<UInt8> {
        let rest = text.end.map { withoutBlanks(line[$0...]) } ?? []
        // `PASSWORD_HASHERS = ('a', 'b')`: several values are a list of something.
        if inParentheses, rest.first == UInt8(ascii: ",") { return rest }
        if !text.content.isEmpty { found.append(text.content) }
        guard text.end != nil else {
            if text.goesOn { open = .text(text.quote, inParentheses: inParentheses) }
            return []
        }
        if rest.first == UInt8(ascii: "\\") || (inParentheses && endsHere(rest)) {
            open = .value(inParentheses: inParentheses)
            return []
        }
        return texts(rest, inParentheses: inParentheses, &found)
    }

    /// - Returns: nil if that is no value that counts.
    private func bareValue(
        _ start: ArraySlice<UInt8>, mark: Int, _ name: AssignedName, _ found: inout [Range<Int>]
    ) -> ArraySlice<UInt8>? {
        var value = start
        switch bare {
        case .none: return nil
        case .word:
            guard start.startIndex == mark + 1, name.isAdjacent else { return nil }
            value = start.prefix { $0 > 0x20 && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "&") }
        case .line:
            while let last = value.last, last <= 0x20 { value = value.dropLast() }
        }
        // What refers to something else, opens a list, or says yes, no or a small number is no secret.
        guard let first = value.first, !"$`{[<%&*|!>(".utf8.contains(first), !isWordOrNumber(value) else { return nil }
        found.append(value.startIndex..<value.endIndex)
        return start[value.endIndex...]
    }

    private func isWordOrNumber(_ value: ArraySlice<UInt8>) -> Bool {
        let text = value.map(lowercased)
        let words = ["true", "false", "yes", "no", "on", "off", "none", "null"]
        return words.contains { text.elementsEqual($0.utf8) }
            || (text.count < KnownSecrets.shortest && text.allSatisfy { (0x30...0x39).contains($0) })
    }

    /// Whether the line says no more here: nothing, a comment, or that it goes on in the next one.
    private func endsHere(_ rest: ArraySlice<UInt8>) -> Bool {
        guard let first = rest.first else { return true }
        return first == UInt8(ascii: "#") || rest.elementsEqual([UInt8(ascii: "\\")])
    }

    private func withoutBlanks(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }
}

/// The name to the left of a `:` or `=`.
struct AssignedName {
    let text: ArraySlice<UInt8>
    /// `'name'`, or `x['name']`.
    let isQuoted: Bool
    /// Whether nothing stands between the name and the mark.
    let isAdjacent: Bool

    init(before line: ArraySlice<UInt8>) {
        // `+=`, `:=`, `!=`.
        var rest = line
        while let last = rest.last, "+?!|:<>& \t".utf8.contains(last) { rest = rest.dropLast() }
        isAdjacent = rest.endIndex == line.endIndex
        if rest.last == UInt8(ascii: "]") { rest = rest.dropLast() }
        if let last = rest.last, QuotedText.isQuote(last) {
            isQuoted = true
            rest = rest.dropLast()
        } else {
            isQuoted = false
        }
        let length = rest.reversed().prefix { isLetterOrDigit($0) || "_-.".utf8.contains($0) }.count
        text = rest.suffix(length)
    }
}
