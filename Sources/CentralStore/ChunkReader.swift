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
    private let blocks: BlockReading
    private let catalog: Catalog
    private let cache = Mutex(BlockCache())

    init(storage: any PackStorage, directory: PackDirectory, catalog: Catalog) {
        blocks = BlockReading(storage: storage, directory: directory)
        self.catalog = catalog
    }

    /// The bytes are valid only during the call.
    /// - Throws: `StoreError`: `unknownChunk` for an id that no pack has, `damaged` for content that is not what it
    ///   was.
    func withChunk<R>(_ id: ChunkID, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        guard let place = try catalog.place(of: id) else { throw unknown(id) }
        let content = try content(of: place.block)
        return try content.withUnsafeBytes { bytes in
            guard let chunk = ChunkReader.chunk(id, at: place.start, length: place.length, in: bytes) else {
                throw damaged(id, place.block)
            }
            return try body(chunk)
        }
    }

    func read(_ id: ChunkID) throws -> [UInt8] { try withChunk(id) { Array($0) } }

    /// The chunks' bytes, one chunk after the other. Each block is read once at most, in whatever order the chunks stand.
    /// - Parameter limit: so many blocks are read.
    /// - Returns: nil, before anything is read, if the chunks lie in more blocks than that.
    /// - Throws: as `withChunk`.
    func joined(_ ids: [ChunkID], blocks limit: Int) throws -> [UInt8]? {
        var waiting: [BlockPlace: [(id: ChunkID, from: Int, place: ChunkPlace)]] = [:]
        var total = 0
        for (id, place) in zip(ids, try catalog.places(of: ids)) {
            guard let place else { throw unknown(id) }
            waiting[place.block, default: []].append((id, total, place))
            total += place.length
        }
        guard waiting.count <= limit else { return nil }
        var joined = [UInt8](repeating: 0, count: total)
        // In the order of the disk.
        for (block, chunks) in waiting.sorted(by: { ($0.key.pack, $0.key.offset) < ($1.key.pack, $1.key.offset) }) {
            let content = try content(of: block)
            try content.withUnsafeBytes { bytes in
                for (id, from, place) in chunks {
                    guard let chunk = ChunkReader.chunk(id, at: place.start, length: place.length, in: bytes) else {
                        throw damaged(id, block)
                    }
                    joined.replaceSubrange(from..<from + place.length, with: chunk)
                }
            }
        }
        return joined
    }

    /// A chunk in a block's content; nil if what is there is not what it was.
    static func chunk(
        _ id: ChunkID, at start: Int, length: Int, in content: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        let (end, overflow) = start.addingReportingOverflow(length)
        guard !overflow, start >= 0, length >= 0, end <= content.count else { return nil }
        let chunk = UnsafeRawBufferPointer(rebasing: content[start..<end])
        return ChunkID(hashing: chunk) == id ? chunk : nil
    }

    private func content(of block: BlockPlace) throws -> [UInt8] {
        if let content = cache.withLock({ $0.take(block) }) { return content }
        let content = try blocks.content(of: block)
        cache.withLock { $0.put(block, content) }
        return content
    }

    private func unknown(_ id: ChunkID) -> StoreError {
        StoreError(.unknownChunk, "the store has no chunk \(id)")
    }

    private func damaged(_ id: ChunkID, _ block: BlockPlace) -> StoreError {
        StoreError(
            .damaged,
            "the chunk \(id) in pack number \(block.pack), byte \(block.offset), is not what it was; "
                + "run clix-store verify --all")
    }
}

/// Reads whole blocks.
struct BlockReading: Sendable {
    let storage: any PackStorage
    let directory: PackDirectory

    /// The item as it stands in its pack.
    func item(at place: BlockPlace) throws -> [UInt8] {
        try storage.read(directory.extent(place.pack).id, at: place.offset, count: place.length)
    }

    /// - Throws: `StoreError` with code `damaged` for a block that cannot be read or unpacked.
    func content(of place: BlockPlace) throws -> [UInt8] { try content(of: place, in: item(at: place)) }

    /// The item's checksum is not looked at: whoever uses a chunk checks the chunk's own hash.
    func content(of place: BlockPlace, in item: [UInt8]) throws -> [UInt8] {
        guard item.first == PackItemKind.block.rawValue, let block = BlockReading.block(in: item),
            let content = BlockCodec.unpack(block.compressed, length: place.content)
        else {
            throw StoreError(
                .damaged,
                "the block at byte \(place.offset) of the pack \(try directory.extent(place.pack).id) does not unpack; "
                    + "run clix-store verify --all")
        }
        return content
    }

    /// What the item says of itself, whatever its first bytes are.
    static func block(in item: [UInt8]) -> PackBlock? {
        item.withUnsafeBytes { raw in
            guard raw.count > PackFormat.itemHeaderLength else { return nil }
            return PackBlock(UnsafeRawBufferPointer(rebasing: raw[PackFormat.itemHeaderLength...]))
        }
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
