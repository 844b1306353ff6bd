import Content
import LevelTree

/// The entries of a manifest that lies in chunks, one at a time. Holds one chunk, and one entry that is not whole yet.
struct ManifestReader {
    private let reader: ChunkReader
    private let ids: [ChunkID]
    private let entryBytes: Int
    private var position = 0
    private var decoder = ManifestDecoder()
    private var unused = 0

    /// - Parameter entryBytes: so much is read for one entry at most.
    init(_ ids: [ChunkID], _ reader: ChunkReader, entryBytes: Int) {
        self.ids = ids
        self.reader = reader
        self.entryBytes = entryBytes
    }

    /// The next entry; nil after the last.
    /// - Throws: `ContentProblem` or `PathProblem` for a manifest that is none, `StoreError` if a chunk cannot be read.
    mutating func next() throws -> ManifestEntry? {
        while true {
            if let entry = try decoder.next() {
                unused = 0
                return entry
            }
            guard position < ids.count else {
                try decoder.finish()
                return nil
            }
            let bytes = try reader.read(ids[position])
            position += 1
            unused += bytes.count
            guard unused <= entryBytes else {
                throw ContentProblem(.malformedManifest, "an entry takes more than \(entryBytes) bytes")
            }
            decoder.feed(bytes)
        }
    }

    /// All entries that are left, of a manifest that was proved when its snapshot was committed: what is wrong with it
    /// now is damage.
    /// - Throws: `StoreError`, `.damaged` for a manifest that is none, and what `body` throws.
    mutating func forEachEntry(of snapshot: SnapshotRecord, _ body: (ManifestEntry) throws -> Void) throws {
        while let entry = try nextProved(of: snapshot) { try body(entry) }
    }

    private mutating func nextProved(of snapshot: SnapshotRecord) throws -> ManifestEntry? {
        do { return try next() } catch let error as StoreError { throw error } catch {
            throw StoreError(.damaged, "the manifest of the snapshot \(snapshot.id) cannot be read: \(error)")
        }
    }
}
