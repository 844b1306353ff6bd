/// Whether the name of a setting, a variable, an option or a parameter speaks of a secret.
enum SecretName {
    static func speaks(_ name: ArraySlice<UInt8>) -> Bool {
        let last = name.split(separator: UInt8(ascii: ".")).last.map(Array.init) ?? []
        let words = name.map(lowercased).split { !isLetterOrDigit($0) }
        let joined = Array(words.joined())
        return parts.contains { joined.contains($0) } || words.contains(where: isPass) || isCapitalKey(last)
    }

    /// Wherever they stand in the name, with `_`, `-` or nothing between their words.
    private static let parts = [
        "password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "apikey", "accesskey", "authkey",
        "privatekey", "signingkey", "encryptionkey",
    ].map { Array($0.utf8) }

    /// `DB_PASS`, `dbpass`, but not `PASSED`.
    private static func isPass(_ word: ArraySlice<UInt8>) -> Bool {
        word.contains(Array("pass".utf8)) && !ordinary.contains { word.contains($0) }
    }

    private static let ordinary = [
        "passed", "passes", "passing", "passiv", "passag", "passeng", "passion", "passport", "passthrough", "bypass",
        "compass", "surpass", "trespass",
    ].map { Array($0.utf8) }

    /// `MAPS_KEY`, as settings are written; `sort_key` and `PRIMARY KEY` are something else.
    private static func isCapitalKey(_ name: [UInt8]) -> Bool {
        let words = name.split { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
        guard words.count > 1, words.last?.elementsEqual("KEY".utf8) == true else { return false }
        return !name.contains { (0x61...0x7a).contains($0) }
    }
}

func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte + 0x20 : byte }

func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7a).contains(lowercased(byte))
}
