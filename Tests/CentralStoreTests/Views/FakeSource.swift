import CentralStore
import Content
import LevelTree
import Synchronization
import Testing
import Wire

/// A store's history and chunks in memory, with damage on demand and a count of what was read.
final class FakeSource: SnapshotSource {
    private struct State {
        var chunks: [ChunkID: [UInt8]] = [:]
        var entries: [SnapshotID: [ManifestEntry]] = [:]
        var snapshots: [SnapshotRecord] = []
        var damaged: Set<ChunkID> = []
        var unreadable: Set<SnapshotID> = []
        var reads: [ChunkID: Int] = [:]
        var whileReading: (@Sendable () -> Void)?
        var whenAskedForHistory: (@Sendable () -> Void)?
        var afterAnswersOfCurrent: (count: Int, body: @Sendable () -> Void)?
    }

    private let state = Mutex(State())

    // MARK: What a test arranges

    /// Commits a snapshot of these files; it becomes the newest of its dataset.
    @discardableResult
    func commit(
        _ dataset: String, of school: String = "mz150", directory: String = "2039150-mz150", year: Int = 2018,
        installation: String = "i-1", sequence: UInt64? = nil, outcome: Outcome = .complete, started: Int64 = 0,
        received: Int64 = 0, clockTrusted: Bool = true, _ files: [FakeFile]
    ) throws -> SnapshotRecord {
        let entries = try files.map { try $0.entry(chunks: keep($0.content)) }.sorted { $0.path < $1.path }
        let found = try #require(Dataset(name: dataset), "\(dataset) is no dataset")
        let school = try ServerID(school)
        let year = try Year(year)
        return state.withLock { state in
            let number = UInt64(state.snapshots.count + 1)
            let id = SnapshotID(hashing: Array("snapshot \(number)".utf8))
            let record = SnapshotRecord(
                id: id, school: school, directory: directory, installation: InstallationID(installation),
                dataset: found, year: year, sequence: sequence ?? number, parent: nil, outcome: outcome, manifest: [id],
                effective: [id], files: UInt64(entries.count), bytes: entries.reduce(0) { $0 + $1.size },
                started: started, finished: started, received: received, clockTrusted: clockTrusted,
                shortfalls: [])
            state.entries[id] = entries
            state.snapshots.append(record)
            return record
        }
    }

    func damage(_ content: [UInt8]) {
        state.withLock { state in
            for chunk in Self.cut(content) { state.damaged.insert(ChunkID(hashing: chunk)) }
        }
    }

    func repair() { state.withLock { $0.damaged.removeAll() } }
    func makeUnreadable(_ snapshot: SnapshotRecord) { _ = state.withLock { $0.unreadable.insert(snapshot.id) } }
    func forget(_ school: String) { state.withLock { $0.snapshots.removeAll { $0.school.text == school } } }

    /// Puts another record in the place of one.
    func replace(_ old: SnapshotRecord, by new: SnapshotRecord) {
        state.withLock { state in
            for index in state.snapshots.indices where state.snapshots[index].id == old.id {
                state.snapshots[index] = new
            }
        }
    }

    /// Called before each chunk that is read.
    func whileReading(_ body: (@Sendable () -> Void)?) { state.withLock { $0.whileReading = body } }

    /// Called once, before the next answer about a school's history.
    func whenAskedForHistory(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.whenAskedForHistory = body }
    }

    /// Called once, after so many answers about the current snapshots were made, and before the last of them is given.
    func afterAnswersOfCurrent(_ count: Int, _ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.afterAnswersOfCurrent = (count, body) }
    }

    var readCount: Int { state.withLock { $0.reads.values.reduce(0, +) } }
    var mostReadsOfOneChunk: Int { state.withLock { $0.reads.values.max() ?? 0 } }
    var chunkCount: Int { state.withLock { $0.chunks.count } }

    // MARK: SnapshotSource

    func snapshots(school: ServerID, dataset: Dataset?, year: Year?) throws -> [SnapshotRecord] {
        let watch = state.withLock { state in
            defer { state.whenAskedForHistory = nil }
            return state.whenAskedForHistory
        }
        watch?()
        return state.withLock { state in
            state.snapshots.filter {
                $0.school == school && (dataset == nil || $0.dataset == dataset) && (year == nil || $0.year == year)
            }
        }
    }

    func currentSnapshots() throws -> [SnapshotRecord] {
        let (all, watch) = state.withLock { state in
            state.afterAnswersOfCurrent?.count -= 1
            guard let after = state.afterAnswersOfCurrent, after.count == 0 else {
                return (state.snapshots, nil as (@Sendable () -> Void)?)
            }
            state.afterAnswersOfCurrent = nil
            return (state.snapshots, after.body)
        }
        watch?()
        return all.enumerated().filter { index, snapshot in
            !all[(index + 1)...].contains {
                $0.school == snapshot.school && $0.dataset == snapshot.dataset && $0.year == snapshot.year
            }
        }.map(\.element)
    }

    func forEachEntry(of snapshot: SnapshotRecord, _ body: (ManifestEntry) throws -> Void) throws {
        let (entries, isReadable) = state.withLock { ($0.entries[snapshot.id], !$0.unreadable.contains(snapshot.id)) }
        guard isReadable, let entries else { throw StoreError(.damaged, "the manifest is damaged") }
        for entry in entries { try body(entry) }
    }

    func withChunk<R>(_ id: ChunkID, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        let (content, isDamaged, watch) = state.withLock { state in
            state.reads[id, default: 0] += 1
            return (state.chunks[id], state.damaged.contains(id), state.whileReading)
        }
        watch?()
        guard let content else { throw StoreError(.unknownChunk, "the chunk \(id) is nowhere") }
        guard !isDamaged else { throw StoreError(.damaged, "the chunk \(id) is damaged in its pack") }
        return try content.withUnsafeBytes(body)
    }

    private func keep(_ content: [UInt8]) -> [ChunkReference] {
        Self.cut(content).map { chunk in
            let id = ChunkID(hashing: chunk)
            state.withLock { $0.chunks[id] = chunk }
            return ChunkReference(id: id, length: chunk.count)
        }
    }

    /// Small chunks, so that ordinary test files have several.
    private static func cut(_ content: [UInt8]) -> [[UInt8]] {
        stride(from: 0, to: content.count, by: 1024).map { Array(content[$0..<min($0 + 1024, content.count)]) }
    }
}

/// One file of a snapshot.
struct FakeFile {
    var path: [UInt8]
    var content: [UInt8]
    var mode: UInt16 = 0o644
    var modified = FileTime(seconds: 1_534_423_920, nanoseconds: 123_456_789)

    init(
        _ path: String, _ content: String = "", mode: UInt16 = 0o644,
        modified: FileTime = FileTime(seconds: 1_534_423_920, nanoseconds: 123_456_789)
    ) {
        self.init(bytes: Array(path.utf8), Array(content.utf8), mode: mode, modified: modified)
    }

    init(
        bytes path: [UInt8], _ content: [UInt8], mode: UInt16 = 0o644,
        modified: FileTime = FileTime(seconds: 1_534_423_920, nanoseconds: 123_456_789)
    ) {
        self.path = path
        self.content = content
        self.mode = mode
        self.modified = modified
    }

    func entry(chunks: [ChunkReference]) throws -> ManifestEntry {
        ManifestEntry(
            path: try RelativePath(path), size: UInt64(content.count), mode: mode, modified: modified, chunks: chunks)
    }
}
