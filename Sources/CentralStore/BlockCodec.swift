import CZstd
import Content

/// Compresses and unpacks blocks. Stored blocks never lean on a base.
enum BlockCodec {
    /// About 300 MB/s a core, and within a few per cent of what a school's frames reach.
    static let level: Int32 = 3
    /// Content of a block that the store makes itself; a single chunk may be longer.
    static let contentLength = 1 << 20
    /// A frame with at most so much content is kept as the school compressed it.
    static let longestKept = 2 << 20

    static func compress(_ content: UnsafeRawBufferPointer) throws -> [UInt8] {
        let bound = ZSTD_compressBound(content.count)
        var code = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            code = ZSTD_compress(buffer.baseAddress, bound, content.baseAddress, content.count, level)
            count = ZSTD_isError(code) == 0 ? code : 0
        }
        guard ZSTD_isError(code) == 0 else {
            throw StoreError(.storage, "compressing a block failed: \(String(cString: ZSTD_getErrorName(code)))")
        }
        return bytes
    }

    /// - Returns: nil unless the bytes unpack to exactly `length` bytes.
    static func unpack(_ compressed: ArraySlice<UInt8>, length: Int) -> [UInt8]? {
        var code = 0
        let bytes = compressed.withUnsafeBytes { source in
            [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
                code = ZSTD_decompress(buffer.baseAddress, length, source.baseAddress, source.count)
                count = ZSTD_isError(code) == 0 ? code : 0
            }
        }
        return ZSTD_isError(code) == 0 && bytes.count == length ? bytes : nil
    }
}

/// Gathers chunks into blocks of about 1 MiB of content.
struct BlockMaker {
    private let owner: ChunkOwner
    private var chunks: [ChunkReference] = []
    private var content: [UInt8] = []
    private var finished: [PackItem] = []

    init(owner: ChunkOwner) { self.owner = owner }

    mutating func append(_ id: ChunkID, _ bytes: UnsafeRawBufferPointer) throws {
        if !chunks.isEmpty, content.count + bytes.count > BlockCodec.contentLength { try close() }
        chunks.append(ChunkReference(id: id, length: bytes.count))
        content.append(contentsOf: bytes)
    }

    /// The blocks that are full; with `all`, the last one too.
    mutating func take(all: Bool = false) throws -> [PackItem] {
        if all { try close() }
        defer { finished = [] }
        return finished
    }

    private mutating func close() throws {
        guard !chunks.isEmpty else { return }
        let compressed = try content.withUnsafeBytes { try BlockCodec.compress($0) }
        finished.append(.block(PackBlock(owner: owner, chunks: chunks, compressed: compressed[...])))
        chunks.removeAll(keepingCapacity: true)
        content.removeAll(keepingCapacity: true)
    }
}
