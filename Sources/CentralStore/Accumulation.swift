import Content
import LevelTree

/// Makes the manifest of what a dataset that accumulates holds after a commit: the parent's entries and the new ones,
/// the same path taking the newer. Streams both, and writes the result as the school's own chunks.
struct Accumulation {
    let store: CentralStore
    let school: ServerID

    /// So much of the new manifest is held before it is written to the packs.
    private static let held = 4 << 20

    struct Merged {
        var ids: [ChunkID]
        var files: UInt64 = 0
        var bytes: UInt64 = 0
        /// Of the merged manifest's chunks, those that are the school's only now.
        var settledBytes: UInt64 = 0
    }

    func merge(_ manifest: [ChunkID], over parent: SnapshotRecord) throws -> Merged {
        var merge = ManifestMerge(store.manifestReader(manifest), over: store.manifestReader(parent.effective))
        var encoder = ManifestEncoder()
        var output = ManifestWriting(store: store, school: school)
        var merged = Merged(ids: [])
        while let step = try merge.next() {
            let entry =
                switch step {
                case .new(let entry, _): entry
                case .kept(let entry): entry
                }
            try encoder.append(entry)
            merged.files += 1
            merged.bytes += entry.size
            if merged.files.isMultiple(of: 256) { try output.append(encoder.takeBytes(), held: Accumulation.held) }
        }
        encoder.finish()
        try output.append(encoder.takeBytes(), held: Accumulation.held)
        merged.ids = try output.finish()
        merged.settledBytes = output.keptBytes
        return merged
    }
}

/// Cuts a manifest into chunks and keeps those that the school does not have.
private struct ManifestWriting {
    private let store: CentralStore
    private let school: ServerID
    private var chunker = Chunker(class: .ordinary)
    private var ids: [ChunkID] = []
    private var pending: [(id: ChunkID, bytes: [UInt8])] = []
    private var pendingBytes = 0
    /// What became the school's by this.
    private(set) var keptBytes: UInt64 = 0

    init(store: CentralStore, school: ServerID) {
        self.store = store
        self.school = school
    }

    mutating func append(_ bytes: [UInt8], held: Int) throws {
        var chunks: [[UInt8]] = []
        bytes.withUnsafeBytes { bytes in chunker.append(bytes) { chunks.append(Array($0)) } }
        take(chunks)
        if pendingBytes >= held { try keep() }
    }

    mutating func finish() throws -> [ChunkID] {
        var chunks: [[UInt8]] = []
        chunker.finish { chunks.append(Array($0)) }
        take(chunks)
        try keep()
        return ids
    }

    private mutating func take(_ chunks: [[UInt8]]) {
        for chunk in chunks {
            let id = ChunkID(hashing: chunk)
            ids.append(id)
            pending.append((id, chunk))
            pendingBytes += chunk.count
        }
    }

    private mutating func keep() throws {
        let row = try store.knownSchool(school)
        let wanted = pending.map(\.id)
        let stored = try store.storedCopies.look(at: wanted)
        let standings = try store.catalog.standings(wanted, school: row.number)
        var maker = BlockMaker(owner: .school(school))
        var claimed: [ChunkID] = []
        var seen: Set<ChunkID> = []
        for (chunk, standing) in zip(pending, standings) where seen.insert(chunk.id).inserted {
            if standing == .missing { keptBytes += UInt64(chunk.bytes.count) }
            if !stored.intact.contains(chunk.id) {
                try chunk.bytes.withUnsafeBytes { try maker.append(chunk.id, $0) }
            } else if standing == .missing {
                claimed.append(chunk.id)
            }
        }
        var items = try stored.damage + maker.take(all: true)
        if !claimed.isEmpty { items.append(.claim(PackClaim(owner: .school(school), chunks: claimed))) }
        if !items.isEmpty { try store.journal.keep(items) }
        pending.removeAll(keepingCapacity: true)
        pendingBytes = 0
    }
}
