import Crypto

/// The SHA-256 of bytes that come in parts.
public struct SHA256Stream: Sendable {
    private var hash = SHA256()

    public init() {}

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        hash.update(bufferPointer: bytes)
    }

    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }

    /// The id of all that came so far; more may follow.
    public func finalized() -> ChunkID { ChunkID(digest: hash.finalize()) }
}
