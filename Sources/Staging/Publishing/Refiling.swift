import GRDB
import Glibc
import LevelTree

/// Files one held generation under another year, or other names: makes it anew there, from links to what is staged, and
/// drops it where it was kept.
struct Refiling {
    let staging: Staging
    let row: GenerationRow
    let filing: Filing
    /// New names of files whose date is known now, by the old ones.
    let names: [[UInt8]: [UInt8]]
    /// Whether the collector's memory is of this generation, and so follows it.
    let goesWithMemory: Bool
    /// See `Staging.file`.
    let isTakenOnce: Bool

    private var dataset: Dataset { row.generation.dataset }
    private var isOtherYear: Bool { row.generation.year != filing.year }

    var isNeeded: Bool { isOtherYear || !names.isEmpty }

    /// Durable when it returns, but for the folders: `Staging.arrange`.
    func run() throws {
        try staging.arrange(dataset)
        let before = try generationBefore()
        let memory = try staging.memory(of: dataset)
        let baseline = try baseline(of: row, withContent: !dataset.isByReference)
        let draft = GenerationDraft(
            folders: staging.folders, baseline: names.isEmpty ? baseline : nil, copies: !dataset.isByReference,
            gauge: try staging.gaugeForFiling(), slices: staging.options.slices,
            takeSequence: staging.takeSequence(keeping:))
        do {
            try draft.change()
            let former = try formerState(before)
            if names.isEmpty {
                try fill(draft, from: baseline, without: former)
            } else {
                try fillRenaming(draft, from: baseline, without: former)
            }
            try record(draft, before: before, memory: goesWithMemory ? memory : nil)
        } catch {
            draft.discard()
            throw error
        }
        draft.handOver()
    }

    /// What it was made on top of, in the year in which it was kept.
    private func generationBefore() throws -> GenerationRow? {
        try staging.read { try GenerationTable.rows(of: dataset, $0) }.last {
            !$0.isDropped && $0.generation.year == row.generation.year && $0.sequence < row.sequence
                && $0.generation.held == nil
        }
    }

    private func baseline(of row: GenerationRow, withContent: Bool) throws -> Baseline {
        Baseline(
            row: row, entries: try staging.entryList(of: row.sequence),
            root: withContent ? try staging.contentRoot(of: row) : nil, isSameYear: true)
    }

    // MARK: What goes along

    /// What stays in the year before; nil where all goes along. A year begins with all that is at the source, and a memory
    /// with what it remembers, but for what is taken once.
    private func formerState(_ before: GenerationRow?) throws -> Baseline? {
        guard isOtherYear, dataset.kind == .accumulate, isTakenOnce || !goesWithMemory, let before else { return nil }
        do {
            return try baseline(of: before, withContent: isTakenOnce)
        } catch let error as StagingError where error.code == .damaged {
            // What it had cannot be told. That a year has some of another's as well is better than that it waits for ever.
            return nil
        }
    }

    private func fill(_ draft: GenerationDraft, from baseline: Baseline, without former: Baseline?) throws {
        let entries = baseline.entries
        while entries.hasRecord {
            if try isUnchanged(entries, since: former) {
                try draft.drop()
            } else if try !takeTail(of: baseline, behind: former, draft) {
                try draft.keep(entries.record)
            }
            try entries.advance()
        }
    }

    /// The same, with some files under other names, and so in another order. A name that is taken is given to nobody else.
    private func fillRenaming(_ draft: GenerationDraft, from baseline: Baseline, without former: Baseline?) throws {
        typealias Entry = (from: [UInt8], record: EntryRecord, chunks: [UInt8])
        guard let root = baseline.root else { throw baseline.contentGone() }
        let entries = baseline.entries
        var taken: [[UInt8]: Entry] = [:]
        var renamed: [(to: [UInt8], entry: Entry)] = []
        while entries.hasRecord {
            let entry = (entries.path, entries.record, entries.withChunks { Array($0) })
            if try !isUnchanged(entries, since: former) {
                if let name = names[entries.path] { renamed.append((name, entry)) } else { taken[entries.path] = entry }
            }
            try entries.advance()
        }
        for (name, entry) in renamed { taken[taken[name] == nil ? name : entry.from] = entry }
        for path in taken.keys.sorted(by: { comparePaths($0, $1) < 0 }) {
            guard let entry = taken[path] else { continue }
            try draft.take(entry.record, path: path, chunks: entry.chunks, from: entry.from, in: root)
        }
    }

    /// Both lists are in the order of manifests.
    private func isUnchanged(_ entries: EntryListReader, since former: Baseline?) throws -> Bool {
        guard let former = former?.entries else { return false }
        while former.hasRecord, comparePaths(former.path, entries.path) < 0 { try former.advance() }
        return former.hasRecord && former.path == entries.path
            && former.withChunks { old in entries.withChunks { $0.elementsEqual(old) } }
    }

    /// Of a file that was made here of lines that are taken once, what came behind those of the year before. One that lies
    /// at the source belongs to each year as it is.
    /// - Returns: false if it goes along as it is.
    private func takeTail(of baseline: Baseline, behind former: Baseline?, _ draft: GenerationDraft) throws -> Bool {
        let path = baseline.entries.path
        guard isTakenOnce, baseline.entries.record.stamp.inode == 0, let former, former.entries.hasRecord,
            former.entries.path == path
        else { return false }
        guard let root = baseline.root,
            let file = Descriptor.opening(CName(path), in: root.number, O_RDONLY | O_NOFOLLOW)
        else { throw baseline.contentGone() }
        var record = baseline.entries.record
        let length = former.entries.record.stamp.size
        guard length < record.stamp.size, former.isBeginning(of: file, baseline.entries.withChunks { Array($0) })
        else { return false }
        record.stamp.size -= length
        guard lseek(file.number, off_t(length), SEEK_SET) >= 0 else { throw baseline.contentGone() }
        try draft.addCopy(of: file, record, as: path)
        return true
    }

    // MARK: The database

    private func record(_ draft: GenerationDraft, before: GenerationRow?, memory: CollectorMemory?) throws {
        let moved = try draft.finish(inPlaceOf: row, as: filing, of: staging.identity)
        try staging.options.beforeStep(.makeDurable)
        try staging.folders.sync()
        try staging.options.beforeStep(.record)
        try staging.write { database in
            for other in try GenerationTable.rows(of: dataset, database)
            where other.isCurrent && other.generation.year == filing.year {
                try GenerationTable.setFlag("is_current", of: other.sequence, to: false, database)
                // It is not carried forward.
                if dataset.kind == .accumulate, other.sequence != row.sequence {
                    try GenerationTable.setFlag("must_be_sent", of: other.sequence, to: true, database)
                }
            }
            try GenerationTable.drop([row.sequence], database)
            if let before, row.isCurrent, isOtherYear {
                try GenerationTable.setFlag("is_current", of: before.sequence, to: true, database)
            }
            try GenerationTable.forgetContent(withInode: moved.contentInode, database)
            try moved.insert(database)
            try Counter.stagedBytes.set(try Counter.stagedBytes.value(database) + draft.gauge.added, database)
            if let memory {
                try Memories.record(CollectorMemory(year: filing.year, bytes: memory.bytes), dataset, database)
            }
            try staging.releaseGenerations(of: dataset, database)
        }
    }
}

extension GenerationDraft {
    /// A file of what is still to be read of one of ours.
    /// - Parameter record: with the size of that.
    fileprivate func addCopy(of rest: Descriptor, _ record: EntryRecord, as path: [UInt8]) throws {
        guard let copy = try beginCopy(path, size: record.stamp.size) else {
            preconditionFailure("only what is copied is taken once")
        }
        try copyAll(rest, to: copy.number) { StagingError.failing(to: "write a staged copy", $0) }
        guard lseek(copy.number, 0, SEEK_SET) == 0 else { throw StagingError.failing(to: "read back a staged copy") }
        let intake = ContentIntake()
        let size: UInt64
        do throws(ContentIntake.Failure) {
            size = try intake.take(copy, size: record.stamp.size, into: nil)
        } catch {
            switch error {
            case .source(let number): throw StagingError.failing(to: "read back a staged copy", number)
            case .other(let error): throw error
            }
        }
        guard size == record.stamp.size else {
            throw StagingError(.damaged, "the staged copy of \(escapedText(path)) is not as long as it was")
        }
        try finishCopy(copy, path, record)
        try add(record, path: path, chunks: intake.chunks)
    }
}
