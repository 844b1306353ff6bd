import Content

/// What names one installation in every request: 32 random bytes as 64 hexadecimal digits. Made by the school, and
/// known to the store only by its hash. Never printed, never logged.
public struct Token: Hashable, Sendable {
    public let text: String

    public static func random() -> Token { Token(unchecked: hexText(randomBytes(32))) }

    /// From a file or a header; nil unless it has a token's form.
    public init?(_ text: String) {
        guard text.utf8.count == 64, bytes(fromHex: text) != nil else { return nil }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }

    /// SHA-256 over the token's text: what the store keeps. The token has 256 random bits, so a slow hash adds nothing.
    public var hash: ChunkID { ChunkID(hashing: Array(text.utf8)) }
}

extension Token: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { "(token)" }
    public var debugDescription: String { "(token)" }
}
