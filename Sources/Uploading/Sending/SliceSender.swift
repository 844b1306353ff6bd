import Content
import LevelTree
import Staging
import Wire

/// Commits of one very large generation what has come to the store, while the rest is on its way.
final class SliceSender {
    private let generation: Generation
    private let staging: Staging
    private let tools: GenerationUpload.Tools
    /// Nil: there are no slices, or none any more.
    private var slicing: Slicing?
    private var isUnderway = false

    /// The store lacks what the ledger thought it had: all of it is forgotten, and the slice withdrawn.
    struct Missed: Error {
        let ids: [ChunkID]
    }

    init(_ generation: Generation, staging: Staging, tools: GenerationUpload.Tools) {
        self.generation = generation
        self.staging = staging
        self.tools = tools
    }

    /// Looks how much is there: before a pass that may be interrupted by slices.
    ///
    /// What an earlier installation committed is whole at the store, and the ledger does not know yet what of it is the same:
    /// a slice would show less of the set than before. So it is committed whole first.
    func begin() throws {
        slicing = nil
        guard try staging.nextSliceNumber(of: generation) != nil, try !staging.continuesAnother(generation) else {
            return
        }
        var entries = SliceEntries(known: { try self.staging.knownAtStore($0) }, list: { _ in })
        try walk(&entries)
        let last = try staging.lastSlice(of: generation).map { FileAmount(files: $0.files, bytes: $0.bytes) }
        slicing = Slicing(
            staging.sliceSize, arrived: entries.amounts.fresh - (last ?? FileAmount()),
            toCome: entries.amounts.toCome)
    }

    /// Nothing but the whole is committed from now on.
    func end() { slicing = nil }

    func noteSent(_ chunk: NeededChunk) {
        guard case .entry(let entry, let index) = chunk.origin, index == entry.entry.chunks.count - 1 else { return }
        slicing?.sent(fileOf: entry.entry.size)
    }

    /// - Parameter send: brings a frame to the store.
    /// - Throws: `Missed`; what `send` throws.
    func commitIfDue(sending send: (PlannedFrame) throws -> Void) throws {
        guard slicing?.isDue == true, !isUnderway else { return }
        guard let number = try staging.nextSliceNumber(of: generation) else { return end() }
        isUnderway = true
        defer { isUnderway = false }
        let (manifest, amounts) = try sendManifest(send)
        let slice = StagedSlice(number: number, files: amounts.fresh.files, bytes: amounts.fresh.bytes)
        slicing?.sliced()
        let answer = try tools.commits.commit(
            slice, of: generation, manifest: manifest, listed: amounts.listed, toCome: amounts.toCome)
        try take(answer, number, listed: amounts.listed.files)
    }

    /// Sends once more, verbatim, what an earlier run stored. What the store misses then goes up in the generation's own
    /// turn.
    func repeatCommit(_ pending: PendingCommit) throws {
        let request = try WireCoding.decode(CommitRequest.self, from: pending.request)
        do {
            try take(tools.commits.repeatCommit(pending), pending.sequence, listed: request.files)
        } catch is Missed {}
    }

    /// The store's word that it does not have the commit is an answer. What it misses may be of a former state, of which
    /// nothing is left here, or a piece of a manifest that would not come out the same again: so there is another slice,
    /// of what is there then, and this one's number is not used again.
    private func take(_ answer: CommitSender.Answer, _ number: UInt64, listed files: UInt64) throws {
        switch answer {
        case .committed:
            tools.sliced(UploadReport.Slice(generation, files: files))
        case .missing(let ids):
            try staging.forgetAtStore(ids)
            try staging.withdrawCommit(number)
            throw Missed(ids: ids)
        }
    }

    // MARK: The manifest

    private func walk(_ entries: inout SliceEntries) throws {
        let former = try staging.acknowledgedGeneration(generation.dataset, year: generation.year)
        try staging.forEachEntry(of: generation, beside: former) { try entries.add($0) }
        try entries.finish()
    }

    /// Sends what the store lacks of the slice's manifest. Most it has from the former slice: what came since stands
    /// together in the order of sending.
    private func sendManifest(_ send: (PlannedFrame) throws -> Void) throws -> ([ChunkID], SliceEntries.Amounts) {
        try withoutActuallyEscaping(send) { send in
            var (manifest, pieces) = ([ChunkID](), ManifestPieces())
            var grouping = FrameGrouping(tools.limits)
            var underway: Set<ChunkID> = []
            func take(_ piece: [UInt8]) throws {
                let id = ChunkID(hashing: piece)
                manifest.append(id)
                guard try !(staging.knownAtStore([id]).first ?? false), underway.insert(id).inserted else { return }
                let chunk = NeededChunk(
                    reference: ChunkReference(id: id, length: piece.count), origin: .manifest(piece))
                if let full = tools.add(chunk, to: &grouping) { try send(full) }
            }
            var entries = SliceEntries(
                known: { try self.staging.knownAtStore($0) }, list: { try pieces.append($0, take) })
            try walk(&entries)
            try pieces.finish(take)
            for frame in grouping.finish() { try send(frame) }
            return (manifest, entries.amounts)
        }
    }
}
