import Content
import LevelTree
import Staging
import Wire

/// Brings one generation to the store: what it lacks, in frames, then the commit; of a very large one slices on the way.
final class GenerationUpload {
    let generation: Generation
    private let staging: Staging
    private let tools: Tools
    private var grouping: FrameGrouping
    /// In frames that are not sent yet, so unknown to the ledger.
    private var underway: Set<ChunkID> = []
    private var insisted: Set<ChunkID> = []
    private var reader: ContentReader?
    /// What the store committed last, and staging still holds.
    private var former: Generation?
    private var formerReader: ContentReader?
    /// Until the store lacks any of it.
    private var leansOnFormer = true
    private let slices: SliceSender

    private(set) var chunks = 0
    private(set) var frames = 0
    /// Content that is at the store, in bytes; begins anew with each pass over the generation.
    private(set) var doneBytes: UInt64 = 0

    /// What is made once for a run and used by one generation after the other.
    struct Tools {
        let conversation: StoreConversation
        let builder: FrameBuilder
        let frames: FrameSender
        let commits: CommitSender
        let missing: MissingQuestion
        /// Whether the store has anything that is common.
        let isAnythingCommon: Bool
        let limits: FrameGrouping.Limits
        /// Called after each frame; may throw to let another generation go first.
        let pace: (GenerationUpload) throws -> Void
        /// Called when the store has committed a slice.
        let sliced: (UploadReport.Slice) -> Void

        /// - Returns: a frame that became full.
        func add(_ chunk: NeededChunk, to grouping: inout FrameGrouping) -> PlannedFrame? {
            grouping.add(chunk, content: frames.content)
        }
    }

    init(_ generation: Generation, staging: Staging, tools: Tools) {
        self.generation = generation
        self.staging = staging
        self.tools = tools
        grouping = FrameGrouping(tools.limits)
        slices = SliceSender(generation, staging: staging, tools: tools)
    }

    /// - Parameter pending: the commit of this generation that an earlier run stored and has no answer for.
    /// - Returns: nil if that was one of a slice: the generation's own turn comes.
    func run(repeating pending: PendingCommit? = nil) throws -> Receipt? {
        var answer: CommitSender.Answer
        if let pending, pending.isSlice {
            try slices.repeatCommit(pending)
            return nil
        } else if let pending {
            answer = try tools.commits.repeatCommit(pending)
        } else {
            answer = try tools.commits.commit(generation, manifest: sendInSlices())
        }
        // The store names at most some thousand chunks at a time. A round that names none that is new gets nowhere.
        while case .missing(let ids) = answer {
            let before = insisted.count
            insisted.formUnion(ids)
            guard insisted.count > before else {
                throw UploadError(
                    .rejected, "the store goes on missing chunks of \(generation.dataset) that were sent to it")
            }
            try staging.forgetAtStore(ids)
            let manifest = try sendWhatIsMissed()
            // The stored request again, verbatim, if there is one: it names this very manifest.
            let stored = try staging.pendingCommits().first { $0.sequence == generation.sequence }
            answer =
                try stored.map { try tools.commits.repeatCommit($0) }
                ?? tools.commits.commit(generation, manifest: manifest)
        }
        guard case .committed(let receipt) = answer else { preconditionFailure("an answer is one or the other") }
        return receipt
    }

    /// The store has answered that the commit is not done. If what it misses cannot be read any more, it never will be, and
    /// must not stand in the way of the generation that takes this one's place.
    private func sendWhatIsMissed() throws -> [ChunkID] {
        do {
            return try sendWhatIsNeeded()
        } catch let error as StagingError where error.code == .sourceChanged || error.code == .damaged {
            try staging.withdrawCommit(generation.sequence)
            throw error
        }
    }

    /// Once for all, and once more after each slice for which the store misses something.
    /// - Returns: the whole manifest's chunks, in order.
    private func sendInSlices() throws -> [ChunkID] {
        defer { slices.end() }
        while true {
            do {
                try slices.begin()
                return try sendWhatIsNeeded()
            } catch let missed as SliceSender.Missed {
                insisted.formUnion(missed.ids)
            }
        }
    }

    /// One pass over the generation.
    /// - Returns: the manifest's chunks, in order.
    private func sendWhatIsNeeded() throws -> [ChunkID] {
        doneBytes = 0
        underway = []
        grouping = FrameGrouping(tools.limits)
        try findFormer()
        // What an earlier run has sent may be enough.
        try slices.commitIfDue(sending: send)
        var manifest: [ChunkID] = []
        var needed = NeededChunks(
            known: { try self.staging.knownAtStore($0) }, missing: try question(), insisted: insisted,
            isUnderway: { self.underway.contains($0) },
            skip: { self.doneBytes += UInt64($0) },
            need: { try self.plan($0) })
        var formerFiles = FormerFiles()
        // Of a set taken by reference only the list is held.
        try staging.forEachEntry(of: generation, beside: generation.isByReference ? nil : former) { step in
            guard let (entry, former) = formerFiles.after(step) else { return }
            try needed.add(entry, former: former)
        }
        try needed.finish()
        // Reads both manifests, which is done only where some piece of the new one has to be sent.
        lazy var formerManifest = former.flatMap { try? FormerManifest(of: $0, for: generation, in: staging) }
        try staging.forEachManifestChunk(of: generation) { id, bytes in
            manifest.append(id)
            try needed.addManifest(id, bytes) { formerManifest?.base(of: manifest.count - 1) ?? [] }
        }
        for frame in grouping.finish() { try send(frame) }
        return manifest
    }

    private func findFormer() throws {
        former = leansOnFormer ? try staging.acknowledgedGeneration(generation.dataset, year: generation.year) : nil
        formerReader = former.flatMap { $0.isByReference ? nil : try? staging.contentReader(of: $0) }
    }

    /// Asks the store which it lacks, and notes in the ledger what it has. Nil when it is not worth a request.
    private func question() throws -> (([ChunkID]) throws -> [Bool])? {
        guard try tools.isAnythingCommon || staging.continuesAnother(generation) else { return nil }
        return { [self] ids in
            let answers = try tools.missing.missing(ids)
            try staging.markAtStore(zip(ids, answers).filter { !$0.1 }.map(\.0))
            return answers
        }
    }

    private func plan(_ chunk: NeededChunk) throws {
        underway.insert(chunk.reference.id)
        if let full = tools.add(chunk, to: &grouping) { try send(full) }
    }

    private func send(_ frame: PlannedFrame) throws {
        let reader = try self.reader ?? staging.contentReader(of: generation)
        self.reader = reader
        var frame = try leaning(frame)
        for _ in 0..<GenerationUpload.mostBuilds {
            let built = try tools.builder.build(
                frame, reader: reader, former: formerReader, isLinkFast: tools.frames.isLinkFast)
            // Of a former state that is gone or damaged, no other frame tries to read more.
            if !built.hasBase, !frame.base.isEmpty { leansOnFormer = false }
            guard try tools.frames.send(built, content: frame.contentLength) else {
                if built.hasBase { frame = try withoutBase(frame) }
                continue
            }
            for chunk in frame.chunks {
                underway.remove(chunk.reference.id)
                if case .entry = chunk.origin { doneBytes += UInt64(chunk.reference.length) }
                slices.noteSent(chunk)
            }
            chunks += frame.chunks.count
            frames += 1
            try tools.pace(self)
            return try slices.commitIfDue(sending: send)
        }
        throw UploadError(
            .rejected, "the store refuses a frame of \(generation.dataset) however often it is made")
    }

    /// The frame with what the ledger knows of its base.
    private func leaning(_ frame: PlannedFrame) throws -> PlannedFrame {
        guard leansOnFormer else { return frame.leaning { _ in false } }
        let known = try staging.knownAtStore(frame.base.map(\.reference.id))
        return frame.leaning { known[$0] }
    }

    /// The store lacks what it should have, or would have to read too much for it: a base is asked for only once in vain.
    /// What is in doubt goes up again if it is ever needed.
    private func withoutBase(_ frame: PlannedFrame) throws -> PlannedFrame {
        leansOnFormer = false
        try staging.forgetAtStore(frame.base.map(\.reference.id))
        return try leaning(frame)
    }

    /// How often a frame is made before its dataset is given up.
    private static let mostBuilds = 3
}
