import Crypto

/// The name of a piece of content: its SHA-256 (FIPS 180-4).
public struct ChunkID: Hashable, Sendable {
    public static let byteCount = 32

    // Four words instead of an array: ids are held by the ten thousand, and an array would be a heap object each.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The id of this content.
    public init(hashing content: UnsafeRawBufferPointer) {
        var hash = SHA256()
        hash.update(bufferPointer: content)
        self.init(digest: hash.finalize())
    }

    /// The id of this content.
    public init(hashing content: [UInt8]) {
        self = content.withUnsafeBytes { ChunkID(hashing: $0) }
    }

    /// An id as it stands in a manifest or frame.
    /// - Throws: `ContentProblem` unless there are exactly 32 bytes.
    public init(bytes: UnsafeRawBufferPointer) throws(ContentProblem) {
        guard bytes.count == ChunkID.byteCount else {
            throw ContentProblem(.malformedID, "a chunk id has \(bytes.count) bytes; it must have \(ChunkID.byteCount)")
        }
        func word(_ index: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        }
        words = (word(0), word(1), word(2), word(3))
    }

    /// An id as it stands in a manifest or frame.
    /// - Throws: `ContentProblem` unless there are exactly 32 bytes.
    public init(bytes: [UInt8]) throws(ContentProblem) {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(ContentProblem) in try ChunkID(bytes: buffer) }
        }
        self = try result.get()
    }

    /// From 64 hexadecimal digits, lower case, as they stand in URLs and JSON.
    public init?(hex: String) {
        guard let decoded = Content.bytes(fromHex: hex), let id = try? ChunkID(bytes: decoded) else { return nil }
        self = id
    }

    init(digest: SHA256.Digest) {
        // A SHA-256 digest has 32 bytes by definition, so the four words are always there.
        words = digest.withUnsafeBytes { bytes in
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
            }
            return (word(0), word(1), word(2), word(3))
        }
    }

    public var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(ChunkID.byteCount)
        append(to: &result)
        return result
    }

    public func append(to buffer: inout [UInt8]) {
        for word in [words.0, words.1, words.2, words.3] {
            withUnsafeBytes(of: word.bigEndian) { buffer.append(contentsOf: $0) }
        }
    }

    public var hex: String { hexText(bytes) }

    /// The first eight bytes, big endian: what `chunks/missing` asks with.
    public var prefix64: UInt64 { words.0 }
}

extension ChunkID: Equatable, Comparable {
    public static func == (left: ChunkID, right: ChunkID) -> Bool { left.words == right.words }

    public func hash(into hasher: inout Hasher) {
        // The words are a cryptographic hash already.
        hasher.combine(words.0)
    }

    public static func < (left: ChunkID, right: ChunkID) -> Bool { left.words < right.words }
}

extension ChunkID: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = ChunkID(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a chunk id is 64 hexadecimal digits")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}

extension ChunkID: CustomStringConvertible {
    public var description: String { hex }
}

/// A chunk and how many bytes it has.
public struct ChunkReference: Hashable, Sendable {
    public let id: ChunkID
    public let length: Int

    public init(id: ChunkID, length: Int) {
        self.id = id
        self.length = length
    }
}
