/// Tells a private key by its file's name. `.crt` is no such name: a certificate is public.
enum KeyName {
    /// How the names of key files end.
    private static let endings = [".key", ".pem", ".p12", ".pfx", ".gpg", ".ppk"]
    /// How ssh-keygen(1) names them; what ends in `.pub` is public.
    private static let beginnings = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"]
    /// What stands behind the name of a copy, beside numbers and dates.
    private static let copies = [
        "bak", "backup", "copy", "dpkg", "new", "old", "orig", "rpm", "sav", "save", "saved", "swp", "tmp", "bz", "gz",
        "xz",
        "zip",
    ]

    static func isOne(_ name: some Collection<UInt8>) -> Bool {
        let name = name.map(lowercased)
        if beginnings.contains(where: { name.starts(with: $0.utf8) }) {
            return !name.suffix(4).elementsEqual(".pub".utf8)
        }
        return endings.contains { ending in
            name.indices.contains { start in
                name[start...].starts(with: ending.utf8) && isCopy(name[(start + ending.utf8.count)...])
            }
        }
    }

    /// Whether only this stands behind the name of what was copied: `.bak`, `.old.gz`, `~`, `.20180816`, ` - Copy (2)`.
    /// `notes.key.csv` is no copy of a key.
    private static func isCopy(_ rest: ArraySlice<UInt8>) -> Bool {
        // A longer name: `.keynote`.
        if let first = rest.first, isLetter(first) { return false }
        let word = rest.drop { !isLetter($0) }.prefix(while: isLetter)
        return word.isEmpty || copies.contains { word.elementsEqual($0.utf8) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }
}
