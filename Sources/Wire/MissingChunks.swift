import Content

/// The body and the answer of `POST /v1/chunks/missing`.
///
/// Asked: ids of 32 bytes, or their first eight bytes, one after the other. Answered: a bitmap, one bit for each in the
/// same order, least significant bit first; a set bit means *missing*.
public struct MissingBitmap: Hashable, Sendable {
    public private(set) var bytes: [UInt8]
    public let count: Int

    public init(count: Int) {
        self.count = count
        bytes = [UInt8](repeating: 0, count: (count + 7) / 8)
    }

    /// - Returns: nil unless there are just as many bytes as `count` bits need.
    public init?(bytes: [UInt8], count: Int) {
        guard bytes.count == (count + 7) / 8 else { return nil }
        self.bytes = bytes
        self.count = count
    }

    public subscript(index: Int) -> Bool {
        get { bytes[index / 8] >> UInt8(index % 8) & 1 == 1 }
        set {
            let bit = UInt8(1) << UInt8(index % 8)
            if newValue { bytes[index / 8] |= bit } else { bytes[index / 8] &= ~bit }
        }
    }

    /// The body that asks about these ids by their first eight bytes.
    public static func prefixBody(_ ids: [ChunkID]) -> [UInt8] {
        ids.flatMap { id in withUnsafeBytes(of: id.prefix64.bigEndian) { Array($0) } }
    }

    /// The prefixes in such a body; nil for a body that is cut short.
    public static func prefixes(in body: [UInt8]) -> [UInt64]? {
        guard body.count.isMultiple(of: 8) else { return nil }
        return body.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 8).map {
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self))
            }
        }
    }

    /// The whole ids in a body; nil for a body that is cut short.
    public static func ids(in body: [UInt8]) -> [ChunkID]? {
        guard body.count.isMultiple(of: ChunkID.byteCount) else { return nil }
        return body.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: ChunkID.byteCount).compactMap {
                try? ChunkID(bytes: UnsafeRawBufferPointer(rebasing: bytes[$0..<$0 + ChunkID.byteCount]))
            }
        }
    }
}
