import CLinux
import FoundationEssentials
import GRDB
import Glibc
import LevelTree

/// One call of `Staging.collect`, from the look at the disk to the publication.
struct Collection {
    let staging: Staging
    let dataset: Dataset
    let year: Year
    let gathering: Gathering
    let clock: CollectionClock
    /// Why a mirror that looks lost is not believed to be, whenever that is so.
    let disbelief: String?
    let progress: (CollectionProgress) throws -> Void
    private let began = clinux_boot_nanoseconds()

    init(
        staging: Staging, dataset: Dataset, year: Year, gathering: Gathering, clock: CollectionClock,
        disbelief: String?, progress: @escaping (CollectionProgress) throws -> Void
    ) {
        self.staging = staging
        self.dataset = dataset
        self.year = year
        self.gathering = gathering
        self.clock = clock
        self.disbelief = disbelief
        self.progress = progress
    }

    func run() throws -> CollectionResult {
        try staging.arrange(dataset)
        let place = try treePath(of: dataset, year, staging.identity)
        let gauge = try staging.gauge()
        try gauge.checkBefore()
        let last = try lastGeneration()
        let sources = OpenedSources(gathering)
        let judgement = try judge(sources, last)
        if let ending = judgement.ending { return CollectionResult(ending: ending, sources: sources, gathering) }

        let baseline = try openBaseline(last)
        let recovered = recoveredFolder(last, baseline)
        let draft = GenerationDraft(
            folders: staging.folders, baseline: baseline, copies: !dataset.isByReference, gauge: gauge,
            slices: staging.options.slices, takeSequence: staging.takeSequence(keeping:))
        let pass = CollectPass(
            dataset: dataset, sources: MergedSources(sources.streams + recovery(recovered)), baseline: baseline,
            draft: draft, options: staging.options, isSentOrSpooled: isSentOrSpooled,
            knownRefusals: try staging.read { try RefusedFiles(dataset, $0) },
            recovered: recovered.flatMap { Descriptor.opening(CName($0), O_RDONLY | O_DIRECTORY) },
            standing: gathering.standing, fault: gathering.fault, progress: progress)
        gathering.shortfalls.forEach { pass.shortfalls.append($0) }
        gathering.skipped.forEach { pass.skipped.append($0) }
        do {
            // With nothing of this year to be equal to, there is a generation in any case.
            if baseline?.isSameYear != true { try draft.change() }
            try pass.run()
            if pass.refusals != pass.knownRefusals {
                try staging.write { try pass.refusals.record(dataset, $0) }
            }
            nameUnopened(sources, in: &pass.shortfalls)
            if let reason = pass.waiting, draft.files == 0, pass.shortfalls.isEmpty, baseline?.isSameYear != true {
                // An empty generation would say that there is nothing.
                draft.discard()
                try remember()
                return CollectionResult(ending: .waiting(reason: reason), pass)
            }
            if disbelief != nil || !judgement.isBelieved, let reason = try lostHalf(pass, last) {
                draft.discard()
                return CollectionResult(ending: .held(reason: reason), pass)
            }
            var result = try finish(pass, last, sources, place)
            remakeEndedYears(present: draft.files, in: &result)
            return result
        } catch {
            draft.discard()
            throw error
        }
    }

    // MARK: Before

    /// This year's current generation, or else the latest of any other year.
    private func lastGeneration() throws -> GenerationRow? {
        let current = try staging.read { try GenerationTable.rows(of: dataset, $0) }.filter(\.isCurrent)
        return current.first { $0.generation.year == year } ?? current.max { $0.sequence < $1.sequence }
    }

    /// Nil without a last generation, or where all of it must be read anew.
    private func openBaseline(_ last: GenerationRow?) throws -> Baseline? {
        guard let last else { return nil }
        // A mirror is all at its source. What accumulated may be nowhere else, so it is looked at file by file.
        if last.isDistrusted, dataset.kind == .mirror || last.generation.year != year || !isListWhole(last) {
            return nil
        }
        let root = dataset.isByReference ? nil : try staging.contentRoot(of: last)
        return Baseline(
            row: last, entries: try staging.entryList(of: last.sequence), root: root,
            isSameYear: last.generation.year == year)
    }

    private func isListWhole(_ last: GenerationRow) -> Bool {
        do {
            let list = try staging.entryList(of: last.sequence)
            while list.hasRecord { try list.advance() }
            return true
        } catch {
            return false
        }
    }

    /// Accumulated content whose list was lost is found again in the staged folder.
    private func recoveredFolder(_ last: GenerationRow?, _ baseline: Baseline?) -> [UInt8]? {
        guard baseline == nil, let last, last.isDistrusted, dataset.kind == .accumulate, last.generation.year == year
        else { return nil }
        return staging.contentPath(of: last)
    }

    /// As a last source.
    private func recovery(_ folder: [UInt8]?) -> [any SourceStream] {
        folder.flatMap { try? SourceWalk(SourceFolder(SourcePlace($0))) }.map { [$0] } ?? []
    }

    /// Marks the last generation as one that must not be taken on trust. False if there is none, or it was marked.
    func distrustBaseline() throws -> Bool {
        guard let last = try lastGeneration(), !last.isDistrusted else { return false }
        try staging.write { try GenerationTable.setFlag("is_distrusted", of: last.sequence, to: true, $0) }
        return true
    }

    func isSentOrSpooled(_ entries: EntryListReader) throws -> Bool {
        try staging.areSentOrSpooled(entries.entry().chunks.map(\.id))
    }

    // MARK: After

    private func finish(
        _ pass: CollectPass, _ last: GenerationRow?, _ sources: OpenedSources, _ place: [UInt8]
    ) throws -> CollectionResult {
        let isPartial = !pass.shortfalls.isEmpty || gathering.sourceIsPartial
        let outcome: Outcome = isPartial ? .partial : .complete
        let draft = pass.draft
        if draft.extent < .changed, let last, !last.isDistrusted, last.generation.outcome == outcome {
            if draft.extent == .refreshed { try refresh(last, with: draft) }
            let hasSighting = try staging.hasSighting(dataset, year)
            if hasSighting || last.origins != sources.origins {
                try staging.write {
                    try GenerationTable.setOrigins(sources.origins, of: last.sequence, $0)
                    try Sightings.record(nil, dataset, year, $0)
                }
            }
            try remember()
            return CollectionResult(ending: .unchanged(last.generation), pass)
        }
        try draft.change()
        let reference = dataset.isByReference ? sources.origins.referencedFolder : nil
        let inode = try draft.finish(reference: reference)
        let elapsed = max(0, (clinux_boot_nanoseconds() - began) / 1_000_000)
        let generation = Generation(
            sequence: draft.sequence, dataset: dataset, year: year, outcome: outcome, files: draft.files,
            bytes: draft.bytes, startedMilliseconds: clock.startedMilliseconds,
            finishedMilliseconds: clock.startedMilliseconds + elapsed, isClockTrusted: clock.isTrusted,
            shortfalls: isPartial ? pass.shortfalls.list : [], sourceIsPartial: gathering.sourceIsPartial,
            held: clock.heldBoot.map { HeldMoment(bootID: $0, bootSeconds: clock.bootSeconds) }, reserve: draft.reserve)
        let row = GenerationRow(
            generation: generation, origins: sources.origins, contentInode: inode, treePath: place, isCurrent: true)
        let isSuperseding = last?.generation.year == year && last?.generation.state == .pending
        try staging.record(
            FinishedDraft(
                row: row, footprint: draft.gauge.added, memory: gathering.memory,
                mustBeSent: pass.isRewritten && isSuperseding ? last?.sequence : nil))
        draft.handOver()
        try staging.arrange(dataset)
        return CollectionResult(ending: .published(generation), pass)
    }

    /// What the collector wants to know at its next pass, where nothing is published that it could go with.
    private func remember() throws {
        guard let memory = gathering.memory else { return }
        try staging.write { try Memories.record(CollectorMemory(year: year, bytes: memory), dataset, $0) }
    }

    /// The same content under new stamps: the new list takes the old one's place, and there is no new generation.
    func refresh(_ last: GenerationRow, with draft: GenerationDraft) throws {
        _ = try draft.finish(reference: nil)
        guard let from = staging.folders.generation(draft.sequence), let to = staging.folders.generation(last.sequence),
            let list = Descriptor.opening("entries", in: from.number, O_RDONLY), syncOne(list)
        else { throw StagingError.failing(to: "make the entry list of generation \(last.sequence) durable") }
        let result = ("entries" as CName).withPointer { renameat(from.number, $0, to.number, $0) }
        guard result == 0, syncOne(to) else {
            throw StagingError.failing(to: "replace the entry list of generation \(last.sequence)")
        }
        draft.discard()
    }

    private func nameUnopened(_ sources: OpenedSources, in shortfalls: inout ShortfallList) {
        guard dataset.kind == .accumulate else { return }
        for problem in sources.missing + sources.unreadable {
            shortfalls.append(Shortfall(path: "", reason: problem.message))
        }
    }
}
