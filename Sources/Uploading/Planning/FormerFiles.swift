import Content
import Staging

/// Finds the former state of each file: at its own path, or where it was before it was renamed; and for one that is new
/// what is most like it. Pure.
///
/// A log that was rotated and had grown begins with the chunks of what had its former name. Rotation appends to names, so
/// the former name comes earlier in the list than the new one, and a few of the files that were passed are enough to know.
struct FormerFiles {
    /// Former files at whose path there is now something else, or nothing; the latest last.
    private var passed: [StagedEntry] = []
    private var passedChunks = 0
    /// The former file that was passed last, whatever became of it.
    private var last: StagedEntry?

    /// How many are known at once, and how many chunks they may have together: a list of these is 650 KB.
    static let most = 64
    static let mostChunks = 1 << 14
    /// How many chunks a file has at most that a new one beside it leans on.
    static let mostOfNeighbour = 4

    /// - Returns: the file that stands at this step, and what it was formerly, if anything. Nil where there is none.
    mutating func after(_ step: EntryStep) -> (entry: StagedEntry, former: StagedEntry?)? {
        switch step {
        case .unchanged(let entry):
            last = entry
            return (entry, nil)
        case .gone(let former):
            pass(former)
            return nil
        case .new(let entry): return (entry, renamed(to: entry) ?? neighbour(of: entry))
        case .changed(let entry, let former):
            // Before it counts among the passed: it is looked at first.
            let moved = beginsAlike(former, entry) ? nil : renamed(to: entry)
            pass(former)
            return (entry, moved ?? former)
        }
    }

    /// Yesterday's heartbeat or table: much in today's is the same.
    private func neighbour(of entry: StagedEntry) -> StagedEntry? {
        guard let last, last.entry.chunks.count <= FormerFiles.mostOfNeighbour,
            last.entry.path.parent == entry.entry.path.parent
        else { return nil }
        return last
    }

    private func renamed(to entry: StagedEntry) -> StagedEntry? {
        passed.last { beginsAlike($0, entry) }
    }

    private func beginsAlike(_ left: StagedEntry, _ right: StagedEntry) -> Bool {
        guard let first = left.entry.chunks.first else { return false }
        return first.id == right.entry.chunks.first?.id
    }

    private mutating func pass(_ former: StagedEntry) {
        last = former
        passed.append(former)
        passedChunks += former.entry.chunks.count
        while passed.count > FormerFiles.most || passedChunks > FormerFiles.mostChunks {
            passedChunks -= passed.removeFirst().entry.chunks.count
        }
    }
}

/// What one file's new chunks are compressed against.
final class FormerFile {
    private let former: StagedEntry
    private let new: [ChunkReference]
    /// Made only for a file of which something is sent.
    private lazy var selection = BaseSelection(old: former.entry.chunks, new: new)

    /// Nil where either state is content that does not compress.
    init?(_ former: StagedEntry, of entry: StagedEntry) {
        guard !former.isBulk, !entry.isBulk else { return nil }
        self.former = former
        new = entry.entry.chunks
    }

    func base(of index: Int) -> [BaseChunk] {
        selection.chunks(for: index).map {
            BaseChunk(reference: former.entry.chunks[$0], origin: .entry(former, index: $0))
        }
    }
}

extension StagedEntry {
    /// Whether this is content that does not compress: only such content is cut into chunks this large, and then the file's
    /// last, shorter chunk is of the same kind.
    var isBulk: Bool { (entry.chunks.first?.length ?? 0) > ContentClass.ordinary.maximum }
}
