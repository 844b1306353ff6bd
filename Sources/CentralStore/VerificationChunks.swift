import Content
import LevelTree

extension Verification {
    /// Every snapshot of every school: its manifests decode and add up, and each chunk they name is hashed once.
    /// - Returns: the chunks that are what they were.
    func verifySnapshots(
        _ report: inout VerificationReport, _ progress: (VerificationProgress) -> Void
    ) throws -> VerificationMemory {
        var pass = ChunkPass(source: source)
        var state = VerificationProgress(stage: .snapshots)
        for school in try schools() {
            let history = try source.snapshots(school: school, dataset: nil, year: nil)
            state.totalSnapshots += history.count
            for snapshot in history {
                try verify(snapshot, &pass, &report, &state, progress)
                state.snapshots += 1
                progress(state)
            }
        }
        report.chunks = pass.chunks
        report.bytes = pass.bytes
        return pass.proved
    }

    /// All stored chunks that are not proved yet. Blocks that hold one which a snapshot lacks are read again here, so that
    /// the report says which they are.
    func verifyOthers(
        _ proved: VerificationMemory, _ report: inout VerificationReport,
        _ progress: (VerificationProgress) -> Void
    ) throws {
        guard let storage else { return }
        var state = VerificationProgress(stage: .chunks)
        progress(state)
        try storage.inspectChunks({ !proved.contains($0) }) { block in
            report.chunks += block.chunks
            report.bytes += block.bytes
            state.bytes += block.bytes
            if let damage = block.damage { report.add(VerificationDamage(.storage, damage), in: block.address) }
            progress(state)
        }
    }

    /// Every school that has a snapshot, in the order of their first appearance among the current ones.
    private func schools() throws -> [ServerID] {
        var seen: Set<ServerID> = []
        return try source.currentSnapshots().map(\.school).filter { seen.insert($0).inserted }
    }

    private func verify(
        _ snapshot: SnapshotRecord, _ pass: inout ChunkPass<Source>, _ report: inout VerificationReport,
        _ state: inout VerificationProgress, _ progress: (VerificationProgress) -> Void
    ) throws {
        var damages: [VerificationDamage] = []
        let asSent = snapshot.manifest == snapshot.effective ? [] : snapshot.manifest
        // The effective manifest is hashed while it is read.
        for id in asSent {
            if let reason = pass.check(id) { damages.append(VerificationDamage(.manifest, reason, snapshot)) }
        }
        try countEntries(snapshot, &report) { entry in
            for chunk in entry.chunks {
                guard let reason = pass.check(chunk) else { continue }
                damages.append(VerificationDamage(.content, reason, snapshot, path: entry.path))
                break
            }
            state.files += 1
            state.bytes = pass.bytes
            progress(state)
        }
        for damage in damages { report.add(damage) }
    }
}

/// Hashes chunks, each of them once; one that is damaged perhaps again.
private struct ChunkPass<Source: SnapshotSource> {
    private let source: Source
    private(set) var proved = VerificationMemory()
    private var damaged: [ChunkID: String] = [:]
    private(set) var chunks: UInt64 = 0
    private(set) var bytes: UInt64 = 0

    init(source: Source) { self.source = source }

    /// - Returns: what is wrong with the chunk, also when it was found before; nil if nothing is.
    mutating func check(_ chunk: ChunkReference) -> String? { check(chunk.id, length: chunk.length) }
    mutating func check(_ id: ChunkID) -> String? { check(id, length: nil) }

    private mutating func check(_ id: ChunkID, length: Int?) -> String? {
        if let reason = damaged[id] { return reason }
        guard !proved.contains(id) else { return nil }
        do {
            let size = try source.withChunk(id) { $0.count }
            proved.insert(id)
            chunks += 1
            bytes += UInt64(size)
            guard let length, size != length else { return nil }
            return note(id, "its chunk \(id) has \(counted(size, "byte")), but the manifest says \(length)")
        } catch {
            return note(id, "\(error)")
        }
    }

    private mutating func note(_ id: ChunkID, _ reason: String) -> String {
        if damaged.count < VerificationReport.listLimit { damaged[id] = reason }
        return reason
    }
}
