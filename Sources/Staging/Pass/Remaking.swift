import Glibc
import LevelTree

/// Goes through a generation that was taken by reference, and fills a draft with what the store has of it or can still be
/// given.
///
/// | at the source | at the store, or in the spool | becomes |
/// |---|---|---|
/// | as it was hashed | either | kept |
/// | other times or another inode, the same content | no | kept, under its new times |
/// | gone, or other content | yes | kept: nothing has to be read |
/// | gone, or other content | no | named; what the store has of an earlier state under this path stands in, marked stale |
/// | cannot be told | no | doubtful: nothing may be concluded now |
final class Remaking {
    private let row: GenerationRow
    private let baseline: Baseline
    /// The last state that the store has, which may have older content of the same path.
    private let former: EntryListReader?
    private let draft: GenerationDraft
    private let options: StagingOptions
    private let isSentOrSpooled: (EntryListReader) throws -> Bool
    private let intake = ContentIntake()

    private(set) var shortfalls = ShortfallList()
    private(set) var isDoubtful = false

    init(
        _ baseline: Baseline, former: EntryListReader?, draft: GenerationDraft, options: StagingOptions,
        isSentOrSpooled: @escaping (EntryListReader) throws -> Bool, pulse: @escaping () throws -> Void
    ) {
        row = baseline.row
        self.baseline = baseline
        self.former = former
        self.draft = draft
        self.options = options
        self.isSentOrSpooled = isSentOrSpooled
        row.generation.shortfalls.forEach { shortfalls.append($0) }
        intake.pulse = pulse
    }

    func run() throws {
        while baseline.entries.hasRecord {
            try takeEntry()
            try baseline.entries.advance()
            if baseline.entries.index % 1024 == 0 { try intake.pulse() }
        }
    }

    private func takeEntry() throws {
        let (entries, record) = (baseline.entries, baseline.entries.record)
        guard row.origins.indices.contains(Int(record.part)) else { return try keepInDoubt() }
        switch row.origins[Int(record.part)].open(try RelativePath(entries.path)) {
        case .there(_, let status) where SourceStamp(status, isRacy: false) == record.stamp: try draft.keep(record)
        case .there(let file, let status): try takeOther(file, status)
        case .gone:
            if try isSentOrSpooled(entries) { return try draft.keep(record) }
            try leaveOut("was gone at its source before it was sent")
        case .unknown: try keepInDoubt()
        }
    }

    /// The same file with other times, or another one; or one that was hashed so soon after a change that its times say
    /// nothing.
    private func takeOther(_ file: Descriptor, _ before: FileStatus) throws {
        let (entries, old) = (baseline.entries, baseline.entries.record)
        if try isSentOrSpooled(entries) { return try draft.keep(old) }
        let now = options.fileClock()
        guard before.size == old.stamp.size, let size = try hash(file, before) else {
            return before.size == old.stamp.size ? try keepInDoubt() : try leaveOutChanged()
        }
        guard size == before.size, let after = FileStatus.of(file.number),
            SourceStamp(after, isRacy: false) == SourceStamp(before, isRacy: false)
        else { return try keepInDoubt() }
        guard baseline.hasChunks(intake.chunks) else { return try leaveOutChanged() }
        var record = old
        record.stamp = SourceStamp(after, isRacy: options.isRacy(after, now))
        // The manifest has the time, and a generation's manifest is always the same.
        if record.stamp.modified == old.stamp.modified { return try draft.keep(record) }
        try draft.add(record, path: entries.path, chunks: intake.chunks)
    }

    /// - Returns: nil if it cannot be read.
    private func hash(_ file: Descriptor, _ status: FileStatus) throws -> UInt64? {
        do throws(ContentIntake.Failure) {
            return try intake.take(file, size: status.size, into: nil)
        } catch {
            switch error {
            case .source: return nil
            case .other(let error): throw error
            }
        }
    }

    private func keepInDoubt() throws {
        if try !isSentOrSpooled(baseline.entries) { isDoubtful = true }
        try draft.keep(baseline.entries.record)
    }

    private func leaveOutChanged() throws { try leaveOut("was changed at its source before it was sent") }

    private func leaveOut(_ reason: String) throws {
        let path = baseline.entries.path
        shortfalls.append(path, reason)
        guard let former else { return try draft.drop() }
        while former.hasRecord, comparePaths(former.path, path) < 0 { try former.advance() }
        guard former.hasRecord, former.path == path, try isSentOrSpooled(former) else { return try draft.drop() }
        var record = former.record
        record.isStale = true
        try draft.add(record, path: path, chunks: former.withChunks { Array($0) })
    }
}
