/// Tells a private key by what a small file holds, where its name says nothing.
enum KeyContent {
    /// Why the file is not collected; nil if it is.
    @Sendable static func refusal(_ content: [UInt8]) -> String? {
        holdsKey(content) ? "never collected: what is in it is a private key" : nil
    }

    /// A header of PEM (RFC 7468) that says so at the beginning of any line, as behind a certificate; or how OpenSSH's own
    /// form (PROTOCOL.key) begins, also without its header; or PuTTY's.
    static func holdsKey(_ content: [UInt8]) -> Bool {
        if begins.contains(where: { content.starts(with: $0.utf8) }) { return true }
        return content.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }).contains(where: isKeyHeader)
    }

    /// The second is `openssh-key-v1` and its NUL in base64.
    private static let begins = ["openssh-key-v1\0", "b3BlbnNzaC1rZXktdjEA", "PuTTY-User-Key-File-"]

    /// `-----BEGIN RSA PRIVATE KEY-----`, with whatever word before it, and also PGP's `PRIVATE KEY BLOCK`.
    private static func isKeyHeader(_ line: ArraySlice<UInt8>) -> Bool {
        let line = line.drop { $0 == 0x20 || $0 == 0x09 }
        guard line.starts(with: "-----BEGIN ".utf8) else { return false }
        let label = line.dropFirst(11).prefix(64)
        return [UInt8](label).firstRange(of: Array("PRIVATE KEY".utf8)) != nil
    }
}
