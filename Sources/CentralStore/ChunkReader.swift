import Content
import GRDB
import Synchronization

/// Where a chunk lies.
struct ChunkPlace: Hashable, Sendable {
    let block: BlockPlace
    /// In the block's content.
    let start: Int
    let length: Int
}

struct BlockPlace: Hashable, Sendable {
    let pack: UInt64
    let offset: UInt64
    /// Of the item, and of its content once unpacked.
    let length: Int
    let content: Int
}

/// Reads chunks back, and proves each by its hash. Neighbours mostly share a block, so the last blocks stay unpacked in
/// a cache of fixed size.
final class ChunkReader: Sendable {
    private let storage: any PackStorage
    private let directory: PackDirectory
    private let catalog: Catalog
    private let cache = Mutex(BlockCache())

    init(storage: any PackStorage, directory: PackDirectory, catalog: Catalog) {
        self.storage = storage
        self.directory = directory
        self.catalog = catalog
    }

    /// The bytes are valid only during the call.
    /// - Throws: `StoreError`: `unknownChunk` for an id that no pack has, `damaged` for content that is not what it
    ///   was.
    func withChunk<R>(_ id: ChunkID, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        guard let place = try catalog.place(of: id) else {
            throw StoreError(.unknownChunk, "the store has no chunk \(id)")
        }
        let content = try content(of: place.block)
        return try content.withUnsafeBytes { bytes in
            let (end, overflow) = place.start.addingReportingOverflow(place.length)
            guard !overflow, end <= bytes.count else { throw damaged(id, place.block) }
            let chunk = UnsafeRawBufferPointer(rebasing: bytes[place.start..<end])
            guard ChunkID(hashing: chunk) == id else { throw damaged(id, place.block) }
            return try body(chunk)
        }
    }

    func read(_ id: ChunkID) throws -> [UInt8] { try withChunk(id) { Array($0) } }

    private func content(of block: BlockPlace) throws -> [UInt8] {
        if let content = cache.withLock({ $0.take(block) }) { return content }
        let pack = try directory.extent(block.pack).id
        let bytes = try storage.read(pack, at: block.offset, count: block.length)
        // The chunk's own hash is checked in any case, so the item's checksum would only cost time here.
        let compressed: [UInt8]? = bytes.withUnsafeBytes { raw in
            guard raw.count > PackFormat.itemHeaderLength, raw[0] == PackItemKind.block.rawValue else { return nil }
            return PackBlock(UnsafeRawBufferPointer(rebasing: raw[PackFormat.itemHeaderLength...]))?.compressed
        }
        guard let compressed, let content = BlockCodec.unpack(compressed, length: block.content) else {
            throw StoreError(
                .damaged,
                "the block at byte \(block.offset) of the pack \(pack) does not unpack; "
                    + "run clix-store verify --all")
        }
        cache.withLock { $0.put(block, content) }
        return content
    }

    private func damaged(_ id: ChunkID, _ block: BlockPlace) -> StoreError {
        StoreError(
            .damaged,
            "the chunk \(id) in pack number \(block.pack), byte \(block.offset), is not what it was; "
                + "run clix-store verify --all")
    }
}

/// Unpacked blocks, the most recently used last.
struct BlockCache {
    private var blocks: [(place: BlockPlace, content: [UInt8])] = []
    private var bytes = 0

    static let limit = 16 << 20

    mutating func take(_ place: BlockPlace) -> [UInt8]? {
        guard let index = blocks.lastIndex(where: { $0.place == place }) else { return nil }
        let found = blocks.remove(at: index)
        blocks.append(found)
        return found.content
    }

    mutating func put(_ place: BlockPlace, _ content: [UInt8]) {
        blocks.removeAll { $0.place == place }
        blocks.append((place, content))
        bytes = blocks.reduce(0) { $0 + $1.content.count }
        while bytes > BlockCache.limit, blocks.count > 1 { bytes -= blocks.removeFirst().content.count }
    }
}
