import Content
import LevelTree
import Wire

extension CentralStore {
    /// Declares the files below a folder common: a pristine image's data, cut by the same rule as at every school.
    /// Symbolic links and special files are left out. The same seed again changes nothing, but brings back what of it is
    /// damaged by now: everything that is stored already is read back.
    ///
    /// - Parameter progress: told the files and bytes so far, after each file.
    /// - Throws: `StoreError`; what could not be read is no error, and is listed in the summary.
    public func seed(
        _ folder: String, name: String, progress: (_ files: UInt64, _ bytes: UInt64) -> Void = { _, _ in }
    ) throws -> SeedSummary {
        guard !name.isEmpty, name.utf8.count <= ChunkOwner.maximumName else {
            throw StoreError(.unusable, "a seed's name has 1 to \(ChunkOwner.maximumName) bytes")
        }
        var seeding = Seeding(store: self, name: name)
        var walk = try SeedWalk(folder: folder)
        while let file = try walk.next() {
            do { try seeding.take(file) } catch let problem as SeedReadProblem { walk.skip(file, problem.reason) }
            progress(seeding.files, seeding.bytes)
        }
        try seeding.keep()
        let fact = StoreRecord.Seeded(name: name, files: seeding.files, bytes: seeding.bytes, at: options.clock())
        try journal.keep([.record(.seeded(fact))])
        return SeedSummary(
            name: name, files: seeding.files, bytes: seeding.bytes, chunks: seeding.chunks,
            newChunks: seeding.newChunks, skipped: walk.skipped)
    }
}

/// A file of a seed that cannot be read: left out, and listed.
struct SeedReadProblem: Error { let reason: String }

/// Cuts files and keeps their chunks as common.
struct Seeding {
    private let store: CentralStore
    private let name: String
    private var chunker = Chunker()
    private var pending: [(id: ChunkID, range: Range<Int>)] = []
    private var content: [UInt8] = []
    private(set) var files: UInt64 = 0
    private(set) var bytes: UInt64 = 0
    private(set) var chunks: UInt64 = 0
    private(set) var newChunks: UInt64 = 0

    private static let heldBytes = 8 << 20
    private static let readLength = 1 << 20

    init(store: CentralStore, name: String) {
        self.store = store
        self.name = name
    }

    /// - Throws: `SeedReadProblem` if the file cannot be read to its end; what was read of it may be common then.
    mutating func take(_ file: SeedFile) throws {
        let source = try file.open()
        defer { chunker.reset() }
        var buffer = [UInt8](repeating: 0, count: Seeding.readLength)
        var offset: UInt64 = 0
        while true {
            let count: Int
            do { count = try buffer.withUnsafeMutableBytes { try source.read(into: $0, at: offset) } } catch {
                throw SeedReadProblem(reason: "\(error)")
            }
            var cut: [[UInt8]] = []
            buffer.withUnsafeBytes { bytes in
                chunker.append(UnsafeRawBufferPointer(rebasing: bytes[..<count])) { cut.append(Array($0)) }
            }
            if count == 0 { chunker.finish { cut.append(Array($0)) } }
            try hold(cut)
            offset += UInt64(count)
            if count == 0 { break }
        }
        files += 1
        bytes += offset
    }

    private mutating func hold(_ cut: [[UInt8]]) throws {
        for chunk in cut {
            pending.append((ChunkID(hashing: chunk), content.count..<content.count + chunk.count))
            content += chunk
        }
        if content.count >= Seeding.heldBytes { try keep() }
    }

    /// Makes what is held durable and common.
    mutating func keep() throws {
        var seen: Set<ChunkID> = []
        let wanted = pending.filter { seen.insert($0.id).inserted }
        let common = try store.catalog.common(wanted.map(\.id))
        let stored = try store.storedCopies.look(at: wanted.map(\.id))
        var maker = BlockMaker(owner: .seed(name))
        var claimed: [ChunkID] = []
        for chunk in wanted {
            if stored.intact.contains(chunk.id) {
                guard !common.contains(chunk.id) else { continue }
                chunks += 1
                claimed.append(chunk.id)
                continue
            }
            chunks += 1
            newChunks += 1
            try content.withUnsafeBytes {
                try maker.append(chunk.id, UnsafeRawBufferPointer(rebasing: $0[chunk.range]))
            }
        }
        var items = try stored.damage + maker.take(all: true)
        if !claimed.isEmpty { items.append(.claim(PackClaim(owner: .seed(name), chunks: claimed))) }
        if !items.isEmpty { try store.journal.keep(items) }
        pending.removeAll(keepingCapacity: true)
        content.removeAll(keepingCapacity: true)
    }
}
