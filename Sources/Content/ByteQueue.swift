/// Bytes that come at one end and are taken at the other.
struct ByteQueue {
    private var storage: [UInt8] = []
    private var start = 0

    var isEmpty: Bool { start == storage.count }

    mutating func append(_ bytes: [UInt8]) {
        if start > 0 {
            storage.removeSubrange(..<start)
            start = 0
        }
        storage.append(contentsOf: bytes)
    }

    mutating func take(_ count: Int) -> [UInt8]? {
        guard storage.count - start >= count else { return nil }
        defer { start += count }
        return Array(storage[start..<start + count])
    }

    mutating func drop(_ count: Int) {
        start += count
    }

    /// Reads ahead without taking.
    func reader() -> ByteReader { ByteReader(storage[start...]) }
}

/// Reads little-endian numbers and runs of bytes; nil where the input is too short.
struct ByteReader {
    private let source: ArraySlice<UInt8>
    /// How many bytes were read.
    private(set) var position = 0
    /// Whether a read wanted more than there was.
    private(set) var isShort = false

    init(_ source: ArraySlice<UInt8>) { self.source = source }

    func has(_ count: Int) -> Bool { source.count - position >= count }

    mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard has(count) else {
            isShort = true
            return nil
        }
        let first = source.startIndex + position
        position += count
        return source[first..<first + count]
    }

    mutating func byte() -> UInt8? { bytes(1)?.first }

    mutating func number<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
        guard let slice = bytes(MemoryLayout<Number>.size) else { return nil }
        return slice.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(as: Number.self)) }
    }
}
