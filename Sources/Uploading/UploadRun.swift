import CLinux
import Content
import LevelTree
import Staging
import Wire

/// One upload run, from `hello` and the report to the last receipt. Runs on the uploader's queue; blocks while the network
/// does.
///
/// `hello` is the probe: before the store has answered it, nothing that is staged is read, hashed or compressed.
final class UploadRun {
    private let staging: Staging
    private let installation: Installation
    private let conversation: StoreConversation
    private let wanted: Set<Dataset>?
    private let priority: (Dataset) -> Int
    private let facts: (() throws -> Report)?
    private let learn: ((Int64, Double) throws -> Void)?
    private let tell: (UploadEvent) -> Void
    private let frames: FrameSender

    private var report = UploadReport()
    private var failed: Set<DatasetYear> = []
    /// Content of generations whose turn is over, and of all that were seen, in bytes.
    private var doneBytes: UInt64 = 0
    private var seen: [UInt64: UInt64] = [:]
    /// By sequence: what earlier turns of a generation that stepped aside have sent.
    private var tallies: [UInt64: Tally] = [:]

    private struct Tally {
        var wire = WireBytes()
        var chunks = 0
        var frames = 0
    }

    init(
        staging: Staging, installation: Installation, conversation: StoreConversation, wanted: Set<Dataset>?,
        priority: @escaping (Dataset) -> Int, facts: (() throws -> Report)?,
        learn: ((Int64, Double) throws -> Void)?, tell: @escaping (UploadEvent) -> Void
    ) {
        self.staging = staging
        self.installation = installation
        self.conversation = conversation
        self.wanted = wanted
        self.priority = priority
        self.facts = facts
        self.learn = learn
        self.tell = tell
        frames = FrameSender(staging: staging, conversation: conversation)
    }

    func run() -> UploadReport {
        do {
            let hello = try greet()
            let asksToWait = tellFacts(hello)
            if try hasWork() {
                if let asksToWait { try conversation.pause(after: asksToWait) }
                try work(hello)
            }
        } catch {
            report.stopped = UploadError(error, of: "the upload")
        }
        addUnsent()
        report.wire = conversation.wireBytes
        return report
    }

    // MARK: hello

    private func greet() throws -> Hello {
        let reply = try conversation.call(StoreRequest(.get, StoreConversation.greeting))
        guard case .success(let answer) = reply, let hello = try? WireCoding.decode(Hello.self, from: answer.body)
        else {
            throw UploadError(
                .unexpectedAnswer,
                "\(installation.store) does not greet as a store does; check url under [store] and the store's version")
        }
        let greeted = clinux_boot_nanoseconds()
        report.storeTime = (hello.time, greeted)
        do {
            try learn?(hello.time, Double(greeted) / 1e9)
        } catch {
            report.notices.append("what was collected while the time was not known stays held: \(error)")
        }
        if hello.chunkProfile != ChunkProfile.version {
            report.notices.append(
                "the store cuts content by profile \(hello.chunkProfile) and this program by \(ChunkProfile.version): "
                    + "uploads work, but what schools have in common is sent again; update the older of the two")
        }
        let local = Greeting.Local(
            lastSequence: try staging.lastSequence(), heads: try staging.heads(), pending: try staging.pendingCommits())
        switch Greeting.judge(hello, local) {
        case .goOn: return hello
        case .refuse(let error): throw error
        case .wait(let seconds):
            throw UploadError(.busy, "the store asks to wait for \(seconds) s before uploading", retryAfter: seconds)
        }
    }

    // MARK: The report

    /// Before anything large, and most often nothing: a link of some minutes would never come to it otherwise, and what
    /// it tells of a school is what somebody needs to know where the uploads do not get through.
    ///
    /// Best effort: what befalls it is no failure of the upload.
    ///
    /// - Returns: what the store answered if it asks to come later.
    private func tellFacts(_ hello: Hello) -> Problem? {
        guard let facts else { return nil }
        let notice = "no report was sent to the store, the next upload tries again: "
        do {
            let sender = ReportSender(staging: staging, conversation: conversation)
            guard let problem = try sender.send(facts(), storeSeconds: hello.time) else { return nil }
            report.notices.append(notice + "the store asks to come later: \(problem.detail)")
            return problem
        } catch is TransferFailure {
            // The link broke: nothing that anybody has to know of.
        } catch let error as UploadError where error.isHold {
            // What comes next is held back, too, and says so.
        } catch {
            report.notices.append(notice + "\(error)")
        }
        return nil
    }

    // MARK: What there is to send

    private func hasWork() throws -> Bool {
        try !staging.spooledFrames().isEmpty || !staging.pendingCommits().isEmpty || next() != nil
    }

    private func next() throws -> Generation? {
        let order = UploadPlan.order(
            try staging.pendingGenerations(), wanted: wanted, failed: failed, priority: priority)
        for generation in order { seen[generation.sequence] = generation.bytes }
        return order.first
    }

    private func work(_ hello: Hello) throws {
        let builder = try FrameBuilder()
        let commits = CommitSender(staging: staging, conversation: conversation, installation: installation)
        let tools = GenerationUpload.Tools(
            conversation: conversation, builder: builder, frames: frames, commits: commits,
            missing: MissingQuestion(conversation: conversation, limit: hello.limits.maxRequestIDs),
            isAnythingCommon: hello.common,
            limits: FrameGrouping.Limits(content: min(FrameGrouping.Limits().content, hello.limits.maxFrameContent)),
            pace: { [self] in try pace($0) },
            sliced: { [self] slice in
                report.slices.append(slice)
                tell(.sliced(slice))
            })
        try frames.sendLeftovers()
        for pending in try staging.pendingCommits() where wanted?.contains(pending.dataset) ?? true {
            guard let generation = try staging.generation(pending.generation) else {
                try staging.withdrawCommit(pending.sequence)
                continue
            }
            try send(generation, tools, repeating: pending)
        }
        while let generation = try next() { try send(generation, tools) }
    }

    // MARK: One generation

    /// Steps aside for a more urgent one: what was sent is known, so the next turn goes on where this one stopped.
    private struct StepAside: Error {}

    private func send(_ generation: Generation, _ tools: GenerationUpload.Tools, repeating: PendingCommit? = nil) throws
    {
        // The start, the handshake and the last commit ran code that sending does not.
        clinux_unmap_clean_pages()
        let upload = GenerationUpload(generation, staging: staging, tools: tools)
        let before = conversation.wireBytes
        func end(_ ending: UploadReport.Entry.Ending) {
            let sum = tally()
            let entry = UploadReport.Entry(
                generation, ending, wire: sum.wire, chunks: sum.chunks, frames: sum.frames)
            report.entries.append(entry)
            tell(.ended(entry))
        }
        func tally() -> Tally {
            let earlier = tallies[generation.sequence] ?? Tally()
            return Tally(
                wire: earlier.wire + (conversation.wireBytes - before), chunks: earlier.chunks + upload.chunks,
                frames: earlier.frames + upload.frames)
        }
        do {
            guard let receipt = try upload.run(repeating: repeating) else {
                tallies[generation.sequence] = tally()
                return
            }
            doneBytes += generation.bytes
            end(.committed(receipt))
        } catch is StepAside {
            tallies[generation.sequence] = tally()
        } catch {
            let cause = UploadError(error, of: generation.dataset.name)
            // Replaced by a newer one in the meantime: that one's turn comes.
            if cause.code == .collectAgain, try isGone(generation) { return }
            if cause.endsRun {
                end(.notSent)
                throw cause
            }
            failed.insert(DatasetYear(generation))
            end(.failed(cause))
        }
    }

    private func isGone(_ generation: Generation) throws -> Bool {
        try staging.pendingGenerations().allSatisfy { $0.sequence != generation.sequence }
    }

    private func pace(_ upload: GenerationUpload) throws {
        let following = try next()
        let total = seen.values.reduce(0, +)
        tell(
            .progress(
                dataset: upload.generation.dataset, done: min(doneBytes + upload.doneBytes, total), total: total,
                wire: conversation.wireBytes))
        if UploadPlan.stepsAside(upload.generation, for: following, priority: priority) {
            throw StepAside()
        }
    }

    /// What was not reached before the run stopped.
    private func addUnsent() {
        guard report.stopped != nil, let pending = try? staging.pendingGenerations() else { return }
        let named = Set(report.entries.map(\.sequence))
        for generation in UploadPlan.order(pending, wanted: wanted, failed: failed, priority: priority)
        where !named.contains(generation.sequence) {
            report.entries.append(UploadReport.Entry(generation, .notSent, wire: WireBytes(), chunks: 0, frames: 0))
        }
    }
}

extension UploadReport.Slice {
    init(_ generation: Generation, files: UInt64) {
        self.init(
            dataset: generation.dataset, year: generation.year, sequence: generation.sequence, files: files,
            allFiles: generation.files)
    }
}

extension UploadReport.Entry {
    fileprivate init(_ generation: Generation, _ ending: Ending, wire: WireBytes, chunks: Int, frames: Int) {
        self.init(
            dataset: generation.dataset, year: generation.year, sequence: generation.sequence, ending: ending,
            outcome: generation.outcome, files: generation.files, bytes: generation.bytes, wire: wire, chunks: chunks,
            frames: frames)
    }
}
