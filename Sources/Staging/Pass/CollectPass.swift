import LevelTree

/// Walks the source and the last generation side by side, in manifest order, and tells the draft what to keep, to add
/// and to drop.
///
/// | at the source | in the last generation | mirror | accumulate |
/// |---|---|---|---|
/// | as it was (size, times, inode, mode) | yes | kept, not read | kept, not read |
/// | new or different | either | read, hashed, copied | the same |
/// | gone | yes | dropped | kept |
/// | cannot be read, changes while it is read, or is not whole | yes | kept, marked stale; partial | the same |
/// | cannot be read, changes while it is read, or is not whole | no | left out and named; partial | the same |
/// | holds what is never collected | yes | dropped | kept |
final class CollectPass {
    let dataset: Dataset
    let sources: MergedSources
    let baseline: Baseline?
    let draft: GenerationDraft
    let intake = ContentIntake()
    let options: StagingOptions
    /// For sets taken by reference: whether the store has the baseline's current record, or is sent it from the spool.
    /// Stale content of such a set is nowhere else.
    let isSentOrSpooled: (EntryListReader) throws -> Bool
    /// Of the last pass.
    let knownRefusals: RefusedFiles
    private let report: (CollectionProgress) throws -> Void

    var figures = CollectionFigures()
    var shortfalls = ShortfallList()
    var skipped = ShortfallList()
    /// The staged folder of a last generation whose list was lost: accumulated content that may be nowhere else.
    let recovered: Descriptor?
    /// See `Gathering.standing`.
    let standing: (RelativePath) -> SourcePlace?
    /// See `Gathering.fault`.
    let fault: (([UInt8], Int32) -> String?)?
    /// Of this pass.
    var refusals = RefusedFiles()
    /// Why the first of the files that wait does so; nil if none does.
    var waiting: String?
    /// How many of the baseline's files are no longer at the source, and have no place in the draft.
    var gone: UInt64 = 0
    /// Whether something of an accumulating baseline is not in the draft.
    var isRewritten = false
    /// The last folder that could not be read: what the baseline has in it stays.
    private var missedFolder: [UInt8]?
    /// The last file of the draft; nothing can lie inside it.
    var lastPath: [UInt8] = []
    private var seen = CollectionProgress()
    private var reportedAt: (files: UInt64, read: UInt64) = (0, 0)

    init(
        dataset: Dataset, sources: MergedSources, baseline: Baseline?, draft: GenerationDraft, options: StagingOptions,
        isSentOrSpooled: @escaping (EntryListReader) throws -> Bool, knownRefusals: RefusedFiles,
        recovered: Descriptor?, standing: @escaping (RelativePath) -> SourcePlace?,
        fault: (([UInt8], Int32) -> String?)?, progress: @escaping (CollectionProgress) throws -> Void
    ) {
        self.dataset = dataset
        self.sources = sources
        self.baseline = baseline
        self.draft = draft
        self.options = options
        self.isSentOrSpooled = isSentOrSpooled
        self.knownRefusals = knownRefusals
        self.recovered = recovered
        self.standing = standing
        self.fault = fault
        report = progress
        seen.expectedFiles = baseline?.row.generation.files ?? 0
        seen.expectedBytes = baseline?.row.generation.bytes ?? 0
        intake.pulse = { [unowned self] in try pulse() }
    }

    /// In the middle of a large file.
    private func pulse() throws {
        try draft.gauge.checkBetween()
        try report(seen)
    }

    var isCopied: Bool { !dataset.isByReference }

    func run() throws {
        while true {
            let old = baseline.flatMap { $0.entries.hasRecord ? $0.entries : nil }
            let item = sources.item
            if item == nil, old == nil { break }
            let order = old.map { item == nil ? 1 : comparePaths(sources.path, $0.path) } ?? -1
            if let item, order <= 0 {
                try take(item, replaces: order == 0)
                sources.advance()
            } else {
                try passAbsent()
            }
            if order >= 0 { try old?.advance() }
        }
        figures.files = draft.files
        figures.bytes = draft.bytes
        try report(seen)
    }

    /// - Parameter replaces: whether the baseline's current record has this path.
    private func take(_ item: SourceItem, replaces: Bool) throws {
        switch item {
        case .skipped(let reason): try leaveOut(reason, replaces: replaces)
        case .waiting(let reason):
            skipped.append(sources.path, reason)
            waiting = waiting ?? reason
            if replaces { try keepAsItWas() } else { try keepRecovered(isStale: false) }
        case .missed(let reason, let isFolder):
            if isFolder { missedFolder = sources.path }
            try miss(reason, replaces: replaces)
        case .file(let status):
            try advanceProgress(status.size)
            guard try hasPlace(replaces: replaces) else { return }
            try takeFile(status, replaces: replaces)
        case .text(let bytes, let mode, let modified):
            try advanceProgress(UInt64(bytes.count))
            guard try hasPlace(replaces: replaces) else { return }
            try takeText(bytes, mode: mode, modified: modified, replaces: replaces)
        case .made(let file, let status):
            // What the collector wants to remember counts on it, so the pass cannot go on without it.
            guard let status else {
                throw StagingError(
                    .io, "what was collected of \(escapedText(sources.path)) is gone from \(file.path): collect again")
            }
            try advanceProgress(status.size)
            guard try hasPlace(replaces: replaces) else { return }
            try takeMade(file, status, replaces: replaces)
        }
    }

    /// Whether a manifest of this dataset can hold the current path beside what it holds already.
    private func hasPlace(replaces: Bool) throws -> Bool {
        if !lastPath.isEmpty, isPath(sources.path, inside: lastPath) {
            try miss("lies inside what is a file in this dataset", replaces: replaces)
            return false
        }
        guard case .files = dataset.shape else { return true }
        guard let path = try? RelativePath(sources.path), dataset.admits(path) else {
            try miss("is not a file of this dataset", replaces: replaces)
            return false
        }
        return true
    }

    /// The source's current item is not wanted.
    func leaveOut(_ reason: String, replaces: Bool) throws {
        skipped.append(sources.path, reason)
        if replaces { try passAbsent() }
    }

    /// The source's current item could not be taken: what the baseline has of it stays.
    func miss(_ reason: String, replaces: Bool) throws {
        shortfalls.append(sources.path, reason)
        if replaces { try keepStale() } else { try keepRecovered(isStale: true) }
    }

    /// The baseline's current record has no file at the source.
    private func passAbsent() throws {
        guard let baseline else { return }
        let path = baseline.entries.path
        if let missedFolder, isPath(path, inside: missedFolder) { return try keepStale() }
        guard dataset.kind == .accumulate, baseline.isSameYear else { return try dropOld() }
        // What is at the source now wins over what was: a folder where a file was, or the other way round.
        let isInTheWay = sources.item != nil && isPath(sources.path, inside: path)
        if isInTheWay || (!lastPath.isEmpty && isPath(path, inside: lastPath)) {
            isRewritten = true
            return try dropOld()
        }
        try keepAsItWas()
    }

    /// The baseline's current record stays, though the source does not vouch for it now.
    private func keepAsItWas() throws {
        guard let baseline else { return }
        let isHeld =
            isCopied ? baseline.isTrusted || baseline.isStagedCopyWhole(intake) : try isSentOrSpooled(baseline.entries)
        guard baseline.isSameYear, isHeld else {
            if baseline.isSameYear {
                if isCopied, try readStanding(baseline) { return }
                shortfalls.append(baseline.entries.path, "is gone at the source, and its staged copy is damaged")
                isRewritten = true
            }
            return try dropOld()
        }
        lastPath = baseline.entries.path
        figures.filesKept += 1
        try draft.keep(baseline.entries.record)
    }

    /// The last good content of what could not be read.
    private func keepStale() throws {
        guard let baseline else { return }
        let isHeld =
            isCopied ? baseline.isTrusted || baseline.isStagedCopyWhole(intake) : try isSentOrSpooled(baseline.entries)
        guard baseline.isSameYear, isHeld else { return try dropOld() }
        lastPath = baseline.entries.path
        figures.filesKept += 1
        var record = baseline.entries.record
        record.isStale = true
        try draft.keep(record)
    }

    private func dropOld() throws {
        gone += 1
        try draft.drop()
    }

    private func advanceProgress(_ size: UInt64) throws {
        seen.files += 1
        seen.bytes += size
        guard seen.files - reportedAt.files >= 256 || figures.bytesRead - reportedAt.read >= 8 << 20 else { return }
        reportedAt = (seen.files, figures.bytesRead)
        try report(seen)
    }
}
