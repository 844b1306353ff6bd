/// Puts `***` in the place of secrets, in text that is made here. Files of the school are collected as they are.
///
/// What is masked: values that are known to be secret and hashes of passwords, wherever they stand; in URLs the user information
/// (`https://user:token@host`) and the values of parameters that speak of a secret (`?access_token=…`); in command
/// lines also what an option or a variable that speaks of a secret is given (`--password=…`, `PGPASSWORD=…`), and in
/// diffs the values that settings give to such names, the old ones, too. All else stays byte for byte.
public struct Masking: Sendable {
    public enum Text: Sendable {
        /// Any text.
        case plain
        /// Lines that hold the arguments of programs, as `ps aux` prints them.
        case commandLines
        /// What `git diff` prints.
        case diff
    }

    static let mask = Array("***".utf8)
    private let secrets: KnownSecrets

    public init(_ secrets: KnownSecrets = KnownSecrets()) { self.secrets = secrets }

    public func apply(to text: [UInt8], as kind: Text = .plain) -> [UInt8] {
        let assigned = kind == .diff ? DiffMasking.apply(to: text) : text
        let withoutURLs = URLMasking.apply(to: HashMasking.apply(to: withoutSecrets(assigned)))
        return kind == .commandLines ? ArgumentMasking.apply(to: withoutURLs) : withoutURLs
    }

    public func apply(to text: String) -> String { String(decoding: apply(to: Array(text.utf8)), as: UTF8.self) }

    private func withoutSecrets(_ text: [UInt8]) -> [UInt8] {
        secrets.values.reduce(text) { text, secret in
            var masked: [UInt8] = []
            var rest = text[...]
            while let found = rest.firstRange(of: secret) {
                masked += rest[..<found.lowerBound] + Masking.mask
                rest = rest[found.upperBound...]
            }
            return masked.isEmpty ? text : masked + rest
        }
    }
}
