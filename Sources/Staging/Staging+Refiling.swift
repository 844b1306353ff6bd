import GRDB
import LevelTree

/// Filing under another year, or other names.
extension Staging {
    /// Makes it anew in its year, from links to what is staged, and drops it where it was kept.
    ///
    /// - Parameter goesWithMemory: whether the collector remembers what it holds, so that all of it goes along.
    func move(
        _ row: GenerationRow, _ filing: Filing, _ names: [[UInt8]: [UInt8]], goesWithMemory: Bool
    ) throws {
        try arrange(row.generation.dataset)
        let rows = try read { try GenerationTable.rows(of: row.generation.dataset, $0) }.filter { !$0.isDropped }
        let before = rows.last {
            $0.generation.year == row.generation.year && $0.sequence < row.sequence && $0.generation.held == nil
        }
        let memory = try memory(of: row.generation.dataset)
        let isByReference = row.generation.isByReference
        let baseline = Baseline(
            row: row, entries: try entryList(of: row.sequence), root: isByReference ? nil : try contentRoot(of: row),
            isSameYear: true)
        let draft = GenerationDraft(
            folders: folders, baseline: names.isEmpty ? baseline : nil, copies: !isByReference,
            gauge: try gaugeForFiling(),
            takeSequence: takeSequence)
        do {
            try draft.change()
            let isWhole =
                row.generation.dataset.kind == .mirror || goesWithMemory || row.generation.year == filing.year
            let former = isWhole ? nil : try before.map { try entryList(of: $0.sequence) }
            if names.isEmpty {
                try fill(draft, from: baseline, without: former)
            } else {
                try fill(draft, from: baseline, without: former, renaming: names)
            }
            try record(draft, of: row, filing, before: before, memory: goesWithMemory ? memory : nil)
        } catch {
            draft.discard()
            throw error
        }
        draft.handOver()
    }

    private func fill(_ draft: GenerationDraft, from baseline: Baseline, without former: EntryListReader?) throws {
        let entries = baseline.entries
        while entries.hasRecord {
            if try isUnchanged(entries, since: former) { try draft.drop() } else { try draft.keep(entries.record) }
            try entries.advance()
        }
    }

    /// The same, with some files under other names, and so in another order. A name that is taken is given to nobody else.
    private func fill(
        _ draft: GenerationDraft, from baseline: Baseline, without former: EntryListReader?,
        renaming names: [[UInt8]: [UInt8]]
    ) throws {
        guard let root = baseline.root else { throw baseline.contentGone() }
        let entries = baseline.entries
        var taken: [[UInt8]: (from: [UInt8], record: EntryRecord, chunks: [UInt8])] = [:]
        var renamed: [(to: [UInt8], entry: (from: [UInt8], record: EntryRecord, chunks: [UInt8]))] = []
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

    /// - Parameter former: both lists are in the order of manifests.
    private func isUnchanged(_ entries: EntryListReader, since former: EntryListReader?) throws -> Bool {
        guard let former else { return false }
        while former.hasRecord, comparePaths(former.path, entries.path) < 0 { try former.advance() }
        return former.hasRecord && former.path == entries.path
            && former.withChunks { old in entries.withChunks { $0.elementsEqual(old) } }
    }

    private func record(
        _ draft: GenerationDraft, of row: GenerationRow, _ filing: Filing, before: GenerationRow?,
        memory: CollectorMemory?
    ) throws {
        let held = row.generation
        let target = row.origins.lazy.map(\.pathBytes).first { !$0.isEmpty } ?? [UInt8(ascii: "/")]
        let inode = try draft.finish(reference: held.isByReference ? target : nil)
        let generation = Generation(
            sequence: draft.sequence, dataset: held.dataset, year: filing.year, outcome: held.outcome,
            files: draft.files, bytes: draft.bytes, startedMilliseconds: filing.startedMilliseconds,
            finishedMilliseconds: filing.startedMilliseconds + held.finishedMilliseconds - held.startedMilliseconds,
            isClockTrusted: filing.isCertain, shortfalls: held.shortfalls, sourceIsPartial: held.sourceIsPartial)
        let moved = GenerationRow(
            generation: generation, origins: row.origins, contentInode: inode,
            treePath: try treePath(of: held.dataset, filing.year, identity), isCurrent: true)
        try options.beforeStep(.makeDurable)
        try folders.sync()
        try options.beforeStep(.record)
        try write { database in
            for other in try GenerationTable.rows(of: held.dataset, database)
            where other.isCurrent && other.generation.year == filing.year {
                try GenerationTable.setFlag("is_current", of: other.sequence, to: false, database)
                // It is not carried forward.
                if held.dataset.kind == .accumulate, other.sequence != row.sequence {
                    try GenerationTable.setFlag("must_be_sent", of: other.sequence, to: true, database)
                }
            }
            try GenerationTable.drop([row.sequence], database)
            if let before, row.isCurrent, held.year != filing.year {
                try GenerationTable.setFlag("is_current", of: before.sequence, to: true, database)
            }
            try GenerationTable.forgetContent(withInode: inode, database)
            try moved.insert(database)
            try Counter.stagedBytes.set(try Counter.stagedBytes.value(database) + draft.gauge.added, database)
            if let memory {
                try Memories.record(CollectorMemory(year: filing.year, bytes: memory.bytes), held.dataset, database)
            }
            try releaseGenerations(of: held.dataset, database)
        }
    }
}
