/// One pass over a TOML text, a unicode scalar at a time; see `KeyPositions`.
struct KeyScanner {
    private(set) var keys: [[String]: TextPosition] = [:]
    private(set) var values: [[String]: TextPosition] = [:]

    private let text: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private var column = 1
    /// How many `[[…]]` elements each list of tables has so far.
    private var elementCounts: [[String]: Int] = [:]

    init(_ text: String) {
        self.text = Array(text.unicodeScalars)
        // A byte order mark takes no column.
        if self.text.first == "\u{FEFF}" { index = 1 }
    }

    private var here: TextPosition { TextPosition(line: line, column: column) }
    private var current: Unicode.Scalar? { index < text.count ? text[index] : nil }
    private func ahead(_ distance: Int) -> Unicode.Scalar? {
        index + distance < text.count ? text[index + distance] : nil
    }

    private mutating func step(_ count: Int = 1) {
        for _ in 0..<count {
            guard let scalar = current else { return }
            index += 1
            column += 1
            if scalar == "\n" {
                line += 1
                column = 1
            }
        }
    }

    private mutating func skipBlanks() {
        while current == " " || current == "\t" { step() }
    }

    /// Blanks, line ends and comments: what may stand between the parts of a document or a list.
    private mutating func skipSpace() {
        while let scalar = current {
            if scalar == "#" {
                skipLine()
            } else if scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" {
                step()
            } else {
                return
            }
        }
    }

    private mutating func skipLine() {
        while index < text.count, current != "\n" { step() }
    }

    mutating func scanDocument() {
        var table: [String] = []
        while true {
            skipSpace()
            guard let scalar = current else { return }
            let before = index
            if scalar == "[" {
                table = scanHeader()
            } else {
                scanPair(in: table)
            }
            if index == before { step() }
        }
    }

    /// `[a.b]` or `[[a.b]]`; gives the path that the following pairs belong to.
    private mutating func scanHeader() -> [String] {
        let isElement = ahead(1) == "["
        step(isElement ? 2 : 1)
        let parts = scanKey()
        while let scalar = current, scalar == "]" || scalar == " " || scalar == "\t" { step() }
        var path: [String] = []
        for (number, part) in parts.enumerated() {
            path.append(part.text)
            note(path, at: part.place)
            let isNewElement = isElement && number == parts.count - 1
            if isNewElement { elementCounts[path, default: 0] += 1 }
            // Below a list of tables, a header speaks of its newest element.
            if let count = elementCounts[path] {
                path.append(String(count - 1))
                note(path, at: part.place)
            }
        }
        return path
    }

    private mutating func scanPair(in table: [String]) {
        var path = table
        for part in scanKey() {
            path.append(part.text)
            note(path, at: part.place)
        }
        skipBlanks()
        guard current == "=" else { return }
        step()
        skipBlanks()
        scanValue(at: path)
    }

    private mutating func note(_ path: [String], at place: TextPosition) {
        if keys[path] == nil { keys[path] = place }
    }

    /// `a`, `"a b"`, `a . 'b'`
    private mutating func scanKey() -> [(text: String, place: TextPosition)] {
        var parts: [(text: String, place: TextPosition)] = []
        while true {
            skipBlanks()
            let place = here
            guard let part = scanKeyPart() else { return parts }
            parts.append((part, place))
            skipBlanks()
            guard current == "." else { return parts }
            step()
        }
    }

    private mutating func scanKeyPart() -> String? {
        guard let scalar = current else { return nil }
        if scalar == "\"" || scalar == "'" { return scanString() }
        var part = String.UnicodeScalarView()
        while let scalar = current, scalar.isBareKeyPart {
            part.append(scalar)
            step()
        }
        return part.isEmpty ? nil : String(part)
    }

    private mutating func scanValue(at path: [String]) {
        values[path] = here
        switch current {
        case "\"", "'": _ = scanString()
        case "[": scanList(at: path)
        case "{": scanInlineTable(at: path)
        default:
            while let scalar = current, !scalar.endsBareValue { step() }
        }
    }

    private mutating func scanList(at path: [String]) {
        step()
        var element = 0
        while true {
            skipSpace()
            guard let scalar = current else { return }
            if scalar == "]" {
                step()
                return
            }
            let before = index
            if scalar == "," {
                step()
            } else {
                scanValue(at: path + [String(element)])
                element += 1
            }
            if index == before { step() }
        }
    }

    private mutating func scanInlineTable(at path: [String]) {
        step()
        while true {
            skipSpace()
            guard let scalar = current else { return }
            if scalar == "}" {
                step()
                return
            }
            let before = index
            if scalar == "," { step() } else { scanPair(in: path) }
            if index == before { step() }
        }
    }

    /// Any of the four kinds of text; gives its content, with the escapes a key can hold.
    private mutating func scanString() -> String {
        guard let quote = current else { return "" }
        let isLong = ahead(1) == quote && ahead(2) == quote
        step(isLong ? 3 : 1)
        var content = String.UnicodeScalarView()
        while let scalar = current {
            if scalar == quote, !isLong || (ahead(1) == quote && ahead(2) == quote) {
                step(isLong ? 3 : 1)
                // Up to two quotes may stand right before the closing three.
                while isLong, current == quote { step() }
                break
            }
            if scalar == "\\", quote == "\"" {
                step()
                scanEscape(into: &content)
            } else {
                content.append(scalar)
                step()
            }
        }
        return String(content)
    }

    private mutating func scanEscape(into content: inout String.UnicodeScalarView) {
        guard let scalar = current else { return }
        step()
        switch scalar {
        case "n": content.append("\n")
        case "t": content.append("\t")
        case "r": content.append("\r")
        case "b": content.append("\u{8}")
        case "f": content.append("\u{C}")
        case "e": content.append("\u{1B}")
        case "u", "U", "x":
            var number: UInt32 = 0
            for _ in 0..<(scalar == "x" ? 2 : scalar == "u" ? 4 : 8) {
                guard let digit = current.flatMap({ Character($0).hexDigitValue }) else { break }
                number = number << 4 | UInt32(digit)
                step()
            }
            if let escaped = Unicode.Scalar(number) { content.append(escaped) }
        default: content.append(scalar)
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isBareKeyPart: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: value > 127
        }
    }

    fileprivate var endsBareValue: Bool {
        self == "," || self == "]" || self == "}" || self == "#" || self == "\n" || self == "\r"
    }
}
