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
    /// as `'PASSWORD': 'x'` or `EMAIL_HOST_PASSWORD = "x"`, comments not excepted: a password there is one, too. Where a
    /// value lies on several lines, each line's part is one.
    public init(settingsText: [UInt8]) {
        var assignments = SecretAssignments()
        self.init(
            bytes: settingsText.split(separator: UInt8(ascii: "\n")).flatMap { line in
                assignments.values(in: line).map { KnownSecrets.meaning(of: line[$0]) }
            })
    }

    public func union(_ other: KnownSecrets) -> KnownSecrets { KnownSecrets(bytes: values + other.values) }

    /// A backslash in Python quotes the next character.
    private static func meaning(of text: ArraySlice<UInt8>) -> [UInt8] {
        var value: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            value.append(byte == UInt8(ascii: "\\") ? rest.popFirst() ?? byte : byte)
        }
        return value
    }
}

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
