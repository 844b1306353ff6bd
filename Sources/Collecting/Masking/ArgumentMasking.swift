/// Masks what options and variables that speak of a secret are given, in lines of `ps aux`.
enum ArgumentMasking {
    static func apply(to text: [UInt8]) -> [UInt8] {
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return Array(lines.map(line).joined(separator: [UInt8(ascii: "\n")]))
    }

    private static func line(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var masked: [[UInt8]] = []
        var before: Word = .ordinary
        for word in line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false) {
            let kind = word.isEmpty ? before : Word(word, after: before)
            masked.append(word.isEmpty ? [] : kind.masked(word))
            before = kind
        }
        return Array(masked.joined(separator: [UInt8(ascii: " ")]))
    }

    /// What a word is, which decides about the word after it, too.
    private enum Word: Equatable {
        case ordinary
        /// `--password`, whose value is the next word.
        case option
        /// `Authorization:`, before a scheme and a value.
        case header
        /// `Bearer` or `Basic`, before a value.
        case scheme
        case secret
        /// `--password=x`, `PGPASSWORD=x`.
        case assignment

        init(_ word: ArraySlice<UInt8>, after before: Word) {
            let text = word.map(lowercased)
            let isScheme = ["bearer", "basic", "token"].contains { text.elementsEqual($0.utf8) }
            let isOption = word.first == UInt8(ascii: "-")
            if (before == .option && !isOption) || before == .scheme || (before == .header && !isScheme) {
                self = .secret
            } else if before == .header || isScheme && text.elementsEqual("bearer".utf8) {
                self = .scheme
            } else if text.contains(Array("authorization:".utf8)) {
                self = .header
            } else if let equals = word.firstIndex(of: UInt8(ascii: "=")) {
                self = SecretName.speaks(word[..<equals]) ? .assignment : .ordinary
            } else if isOption, SecretName.speaks(word) {
                self = .option
            } else {
                self = .ordinary
            }
        }

        func masked(_ word: ArraySlice<UInt8>) -> [UInt8] {
            switch self {
            case .secret: return Masking.mask
            case .assignment:
                guard let equals = word.firstIndex(of: UInt8(ascii: "=")) else { return Array(word) }
                return word[...equals] + Masking.mask
            case .header where word.last != UInt8(ascii: ":"):
                guard let colon = word.firstIndex(of: UInt8(ascii: ":")) else { return Array(word) }
                return word[...colon] + Masking.mask
            default: return Array(word)
            }
        }
    }
}
