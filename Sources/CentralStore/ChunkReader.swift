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
/// a cache of fixed size; of those that were read from more than once it is also known which chunks they hold.
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
        if let (content, chunk) = cache.withLock({ $0.find(id) }),
            let result = try content.withUnsafeBytes({ bytes in
                try ChunkReader.chunk(id, at: chunk.start, length: chunk.length, in: bytes).map(body)
            })
        {
            return result
        }
        // Not known, or not what it was: then it may have come again since, and lie elsewhere.
        guard let place = try catalog.place(of: id) else { throw unknown(id) }
        let content = try content(of: place.block, for: id)
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

    /// - Parameter id: a chunk in it that is asked for alone. Where it is not the first one, others will follow: the
    ///   catalog is asked for all of them together, which costs little more than for one.
    private func content(of block: BlockPlace, for id: ChunkID? = nil) throws -> [UInt8] {
        guard let kept = cache.withLock({ $0.take(block) }) else {
            let content = try blocks.content(of: block)
            cache.withLock { $0.put(block, content) }
            return content
        }
        if let id, !kept.isIndexed {
            let chunks = try catalog.neighbours(of: id)
            cache.withLock { $0.index(block, chunks) }
        }
        return kept.content
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

/// Where a chunk lies in its block's content.
struct ChunkSpan: Hashable, Sendable {
    let start: Int
    let length: Int
}

/// Unpacked blocks, the most recently used last.
struct BlockCache {
    private struct Block {
        let place: BlockPlace
        let content: [UInt8]
        /// Empty until the catalog was asked.
        var chunks: [ChunkID: ChunkSpan] = [:]

        var bytes: Int { content.count + chunks.capacity * MemoryLayout<(ChunkID, ChunkSpan)>.stride }
    }

    private var blocks: [Block] = []

    /// Bytes of content and of what is known of it.
    static let limit = 16 << 20
    /// All of them are looked through for a chunk.
    static let mostBlocks = 64

    mutating func take(_ place: BlockPlace) -> (content: [UInt8], isIndexed: Bool)? {
        guard let index = blocks.lastIndex(where: { $0.place == place }) else { return nil }
        use(index)
        return blocks.last.map { ($0.content, !$0.chunks.isEmpty) }
    }

    mutating func find(_ id: ChunkID) -> (content: [UInt8], chunk: ChunkSpan)? {
        for index in blocks.indices.reversed() {
            guard let chunk = blocks[index].chunks[id] else { continue }
            use(index)
            return blocks.last.map { ($0.content, chunk) }
        }
        return nil
    }

    mutating func put(_ place: BlockPlace, _ content: [UInt8]) {
        blocks.removeAll { $0.place == place }
        blocks.append(Block(place: place, content: content))
        shrink()
    }

    /// Notes which chunks a block holds; nothing if it is gone.
    mutating func index(_ place: BlockPlace, _ chunks: [ChunkID: ChunkSpan]) {
        guard let index = blocks.lastIndex(where: { $0.place == place }) else { return }
        blocks[index].chunks = chunks
        shrink()
    }

    private mutating func use(_ index: Int) {
        if index < blocks.count - 1 { blocks.append(blocks.remove(at: index)) }
    }

    private mutating func shrink() {
        var bytes = blocks.reduce(0) { $0 + $1.bytes }
        while blocks.count > 1, bytes > BlockCache.limit || blocks.count > BlockCache.mostBlocks {
            bytes -= blocks.removeFirst().bytes
        }
    }
}
