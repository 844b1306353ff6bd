/// Masks hashes of passwords: those of Django's users (`pbkdf2_sha256$12000$salt$hash`), of PostgreSQL's roles
/// (`SCRAM-SHA-256$4096:salt$key:key`, and `md5` before 32 digits) and of crypt(3) (`$6$salt$hash`).
enum HashMasking {
    static func apply(to text: [UInt8]) -> [UInt8] {
        var masked: [UInt8] = []
        var position = text.startIndex
        var next = position
        while let mark = text[next...].firstIndex(where: { $0 == dollar || $0 == UInt8(ascii: "5") }) {
            next = mark + 1
            let rest = text[position...]
            let found = text[mark] == dollar ? withMethod(at: mark, in: rest) : withDigits(at: mark, in: rest)
            guard let found else { continue }
            masked += text[position..<found.lowerBound] + Masking.mask
            position = found.upperBound
            next = position
        }
        return masked.isEmpty ? text : masked + text[position...]
    }

    private static let dollar = UInt8(ascii: "$")

    /// Django's and PostgreSQL's, before their first `$`.
    private static let methods = [
        "pbkdf2_sha256", "pbkdf2_sha1", "bcrypt_sha256", "bcrypt", "scrypt", "argon2", "sha1", "md5", "crypt",
        "scram-sha-256",
    ].map { Array($0.utf8) }

    /// crypt(5): what stands between its first two `$`.
    private static let short = ["1", "2a", "2b", "2y", "5", "6", "7", "gy", "y"].map { Array($0.utf8) }
    /// The least that is a hash, salt and all: a shell's `$1$2` is none.
    private static let shortest = 20
    private static let longest = 512

    private static func withMethod(at mark: Int, in text: ArraySlice<UInt8>) -> Range<Int>? {
        let end = text[mark...].prefix(longest).prefix(while: isOfHash).endIndex
        let parts = text[(mark + 1)..<end].split(separator: dollar, omittingEmptySubsequences: false)
        guard parts.count > 1 else { return nil }
        let name = text[..<mark].reversed().prefix {
            isLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        }
        let method = name.reversed().map(lowercased)
        if methods.contains(method) { return (mark - method.count)..<end }
        let isCrypt = method.isEmpty && short.contains { $0.elementsEqual(parts[0]) }
        return isCrypt && end - mark >= shortest ? mark..<end : nil
    }

    /// `md5` and 32 hexadecimal digits, and nothing else.
    private static func withDigits(at five: Int, in text: ArraySlice<UInt8>) -> Range<Int>? {
        guard text[...five].suffix(3).map(lowercased).elementsEqual("md5".utf8) else { return nil }
        let start = five - 2
        let digits = text[(five + 1)...].prefix(33).prefix { isLetterOrDigit($0) }
        let isApart = start == text.startIndex || !isLetterOrDigit(text[start - 1])
        guard isApart, digits.count == 32, digits.allSatisfy({ isHexadecimal(lowercased($0)) }) else { return nil }
        return start..<digits.endIndex
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    private static func isOfHash(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || "$./+=:_-".utf8.contains(byte) }
}
