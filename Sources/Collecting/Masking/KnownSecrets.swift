import LevelTree

/// The secret values that the server's own settings name: the database's password, keys, mail passwords.
///
/// Read as text: `local_settings.py` is Python, and nothing that a school's server holds is ever run here.
public struct KnownSecrets: Sendable, Hashable {
    /// Longest first, so that a secret that contains another is masked whole.
    let values: [[UInt8]]

    /// A shorter value is no secret worth the name, and masking it would tear holes into ordinary text.
    static let shortest = 5

    public init(_ values: [String] = []) {
        self.init(bytes: values.map { Array($0.utf8) })
    }

    init(bytes values: [[UInt8]]) {
        self.values = Set(values.filter { $0.count >= KnownSecrets.shortest }).sorted {
            $0.count == $1.count ? $0.lexicographicallyPrecedes($1) : $0.count > $1.count
        }
    }

    /// From the text of `local_settings.py`: each quoted value that is assigned to a name that speaks of a secret,
    /// as `'PASSWORD': 'x'` or `EMAIL_HOST_PASSWORD = "x"`, comments not excepted: a password there is one, too.
    public init(settingsText: [UInt8]) {
        self.init(bytes: settingsText.split(separator: UInt8(ascii: "\n")).flatMap(KnownSecrets.secrets))
    }

    public func union(_ other: KnownSecrets) -> KnownSecrets { KnownSecrets(bytes: values + other.values) }

    private static func secrets(in line: ArraySlice<UInt8>) -> [[UInt8]] {
        var found: [[UInt8]] = []
        var rest = line
        while let mark = rest.firstIndex(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "=") }) {
            let name = rest[..<mark]
            rest = rest[(mark + 1)...]
            guard let (value, end) = quotedValue(at: rest) else { continue }
            if speaksOfSecret(name) { found.append(value) }
            rest = rest[end...]
        }
        return found
    }

    /// The text in quotes that comes next, after blanks and a `u` or `r` prefix.
    private static func quotedValue(at bytes: ArraySlice<UInt8>) -> (value: [UInt8], end: Int)? {
        var rest = bytes.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        if let first = rest.first, "urbURB".utf8.contains(first), rest.count > 1 { rest = rest.dropFirst() }
        guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
        rest = rest.dropFirst()
        var value: [UInt8] = []
        var position = rest.startIndex
        while position < rest.endIndex, rest[position] != quote {
            // A backslash in Python quotes the next character.
            if rest[position] == UInt8(ascii: "\\"), position + 1 < rest.endIndex { position += 1 }
            value.append(rest[position])
            position += 1
        }
        return (value, min(position + 1, rest.endIndex))
    }

    private static func speaksOfSecret(_ name: ArraySlice<UInt8>) -> Bool {
        let name = name.map(lowercased)
        return ["password", "passwd", "secret", "token", "api_key", "apikey", "access_key"].contains {
            name.contains(Array($0.utf8))
        }
    }
}

func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte + 0x20 : byte }

extension Collection where Element == UInt8 {
    /// Whether these bytes stand anywhere in here, next to each other.
    func contains(_ part: [UInt8]) -> Bool { firstRange(of: part) != nil }

    func firstRange(of part: [UInt8]) -> Range<Index>? {
        guard let first = part.first else { return nil }
        var rest = self[...]
        while let start = rest.firstIndex(of: first) {
            let candidate = self[start...].prefix(part.count)
            if candidate.elementsEqual(part) { return start..<candidate.endIndex }
            rest = self[index(after: start)...]
        }
        return nil
    }
}
