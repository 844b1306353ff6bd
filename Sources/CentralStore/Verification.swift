import Content
import LevelTree

/// What a store adds to `SnapshotSource` for verification: looking at its own files.
public protocol StorageInspection: Sendable {
    /// Compares packs with the catalog by sizes and footers, without reading the chunks.
    /// - Parameter report: gets a sentence for each thing that is wrong, without the full stop.
    func inspectStorage(_ report: (String) -> Void) throws

    /// Reads stored blocks, each once, and hashes their chunks, whether or not a snapshot names them.
    /// - Parameters:
    ///   - isWanted: whether a chunk is to be hashed; a block with none that is is proved by its checksum.
    ///   - body: gets each block that was read.
    func inspectChunks(_ isWanted: (ChunkID) -> Bool, _ body: (InspectedBlock) throws -> Void) throws
}

/// Proves that what schools were told is kept is still there, and that the tree shows it. Changes nothing, and may run beside a
/// serving store.
public struct Verification<Source: SnapshotSource> {
    let source: Source
    let storage: (any StorageInspection)?
    private let data: String

    /// - Parameters:
    ///   - storage: nil leaves the look at pack files out.
    ///   - data: the store's data directory.
    public init(source: Source, storage: (any StorageInspection)?, data: String) {
        self.source = source
        self.storage = storage
        self.data = data
    }

    /// Packs against catalog, and every current snapshot's manifest.
    ///
    /// - Throws: `StoreError` if the catalog cannot be read; damage is in the report.
    public func quick(progress: (VerificationProgress) -> Void = { _ in }) throws -> VerificationReport {
        var report = VerificationReport()
        try inspectStorage(&report, progress)
        let current = try source.currentSnapshots()
        var state = VerificationProgress(stage: .snapshots, totalSnapshots: current.count)
        for snapshot in current {
            try countEntries(snapshot, &report) { entry in
                state.files += 1
                if state.files.isMultiple(of: 256) { progress(state) }
            }
            state.snapshots += 1
            progress(state)
        }
        return report
    }

    /// Everything: also every chunk of every snapshot, every other chunk that is stored (common ones that no snapshot
    /// names, and those that wait for a commit), and every file in the tree.
    ///
    /// - Throws: `StoreError` if the catalog cannot be read; damage is in the report.
    public func all(progress: (VerificationProgress) -> Void = { _ in }) throws -> VerificationReport {
        var report = VerificationReport()
        try inspectStorage(&report, progress)
        let proved = try verifySnapshots(&report, progress)
        try verifyOthers(proved, &report, progress)
        let tree = try VerificationTree(source: source, data: data)
        try tree.verify(&report, progress)
        return report
    }

    private func inspectStorage(
        _ report: inout VerificationReport, _ progress: (VerificationProgress) -> Void
    ) throws {
        guard let storage else { return }
        progress(VerificationProgress(stage: .storage))
        try storage.inspectStorage { report.add(VerificationDamage(.storage, $0)) }
    }

    /// Decodes a manifest, and compares what it adds up to with the snapshot's record.
    func countEntries(
        _ snapshot: SnapshotRecord, _ report: inout VerificationReport, _ body: (ManifestEntry) throws -> Void
    ) throws {
        var (files, bytes): (UInt64, UInt64) = (0, 0)
        report.snapshots += 1
        do {
            try source.forEachEntry(of: snapshot) { entry in
                files += 1
                bytes += entry.size
                try body(entry)
            }
        } catch {
            report.files += files
            return report.add(VerificationDamage(.manifest, "its manifest cannot be read: \(error)", snapshot))
        }
        report.files += files
        guard files != snapshot.files || bytes != snapshot.bytes else { return }
        report.add(
            VerificationDamage(
                .manifest,
                "its manifest holds \(counted(files, "file")) and \(counted(bytes, "byte")), but the snapshot says "
                    + "\(snapshot.files) and \(snapshot.bytes)",
                snapshot))
    }
}
