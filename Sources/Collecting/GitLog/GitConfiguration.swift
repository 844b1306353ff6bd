/// The settings of a git configuration file, read from memory by the rules of git-config(1), "Syntax": addresses with
/// tokens in them stand there, and so they are never in a file of ours or on a command line. No include is followed.
struct GitConfiguration {
    struct Setting: Hashable {
        /// In lower case; so is `name`, as git prints them.
        var section: [UInt8]
        /// Nil where there is none.
        var subsection: [UInt8]?
        var name: [UInt8]
        /// Nil for a name without a value, which means yes.
        var value: [UInt8]?
    }

    /// The text is no configuration.
    struct Fault: Error, CustomStringConvertible {
        let line: Int
        var description: String { "line \(line) is not what git can read" }
    }

    private(set) var settings: [Setting] = []

    private let text: [UInt8]
    private var position = 0
    private var line = 1

    init(_ text: [UInt8]) throws(Fault) {
        self.text = text
        if text.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
        var section: [UInt8] = []
        var subsection: [UInt8]?
        while position < text.count {
            let byte = next()
            if byte == newline || isBlank(byte) { continue }
            if byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";") {
                skipComment()
            } else if byte == UInt8(ascii: "[") {
                (section, subsection) = try header()
            } else {
                guard isLetterOrDigit(byte), !(0x30...0x39).contains(byte) else { throw fault }
                let (name, value) = try setting(beginningWith: byte)
                settings.append(Setting(section: section, subsection: subsection, name: name, value: value))
            }
        }
    }

    // MARK: Parts

    /// `section]` or `section "subsection"]`, or `section.subsection]` as it was written once.
    private mutating func header() throws(Fault) -> (section: [UInt8], subsection: [UInt8]?) {
        var name: [UInt8] = []
        while true {
            var byte = next()
            if byte == UInt8(ascii: "]") {
                guard let dot = name.firstIndex(of: UInt8(ascii: ".")) else { return (name, nil) }
                return (Array(name[..<dot]), Array(name[(dot + 1)...]))
            }
            if byte != newline, isBlank(byte) {
                while byte != newline, isBlank(byte) { byte = next() }
                guard byte == UInt8(ascii: "\"") else { throw fault }
                return (name, try quotedSubsection())
            }
            guard isOfName(byte) || byte == UInt8(ascii: ".") else { throw fault }
            name.append(lowercased(byte))
        }
    }

    private mutating func quotedSubsection() throws(Fault) -> [UInt8] {
        var name: [UInt8] = []
        while true {
            var byte = next()
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") { byte = next() }
            guard byte != newline else { throw fault }
            name.append(byte)
        }
        guard next() == UInt8(ascii: "]") else { throw fault }
        return name
    }

    private mutating func setting(beginningWith first: UInt8) throws(Fault) -> (name: [UInt8], value: [UInt8]?) {
        var name = [lowercased(first)]
        var byte = next()
        while isOfName(byte) {
            name.append(lowercased(byte))
            byte = next()
        }
        while byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { byte = next() }
        if byte == newline { return (name, nil) }
        guard byte == UInt8(ascii: "=") else { throw fault }
        return (name, try value())
    }

    private mutating func value() throws(Fault) -> [UInt8] {
        var value: [UInt8] = []
        /// Without the blanks at its end.
        var length = 0
        var isQuoted = false
        while true {
            let byte = next()
            if byte == newline {
                guard !isQuoted else { throw fault }
                return Array(value.prefix(length))
            }
            if !isQuoted, isBlank(byte) {
                if !value.isEmpty { value.append(byte) }
                continue
            }
            if !isQuoted, byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";") {
                skipComment()
                return Array(value.prefix(length))
            }
            if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == UInt8(ascii: "\\") {
                if let meaning = try escaped() { value.append(meaning) }
            } else {
                value.append(byte)
            }
            length = value.count
        }
    }

    /// - Returns: nil for the end of a line that goes on in the next one.
    private mutating func escaped() throws(Fault) -> UInt8? {
        switch next() {
        case newline: return nil
        case UInt8(ascii: "t"): return UInt8(ascii: "\t")
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "n"): return newline
        case UInt8(ascii: "\\"): return UInt8(ascii: "\\")
        case UInt8(ascii: "\""): return UInt8(ascii: "\"")
        default: throw fault
        }
    }

    private mutating func skipComment() {
        while position < text.count, next() != newline {}
    }

    // MARK: Bytes

    private let newline = UInt8(ascii: "\n")

    /// The end of the text is the end of a line, and so are CR and LF together.
    private mutating func next() -> UInt8 {
        guard position < text.count else { return newline }
        var byte = text[position]
        position += 1
        if byte == UInt8(ascii: "\r"), position < text.count, text[position] == newline {
            byte = newline
            position += 1
        }
        if byte == newline { line += 1 }
        return byte
    }

    private var fault: Fault { Fault(line: line) }

    private func isBlank(_ byte: UInt8) -> Bool { " \t\r\n".utf8.contains(byte) }
    private func isOfName(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || byte == UInt8(ascii: "-") }
}
