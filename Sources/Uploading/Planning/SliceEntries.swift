import Content
import Staging

/// Goes through a generation beside the last one that was committed whole, and lists what a slice has now.
///
/// | of a file's chunks | the slice has |
/// |---|---|
/// | all are at the store | the file |
/// | not all are, and those of its former content are | the former content, marked stale |
/// | neither | nothing: the commit tells how much is not sent yet |
///
/// What is gone is gone. So a set that was once complete at the store loses no file by a slice of what follows it. Nothing
/// here grows with the generation, of which the ledger is asked window by window.
struct SliceEntries {
    /// Of each id, whether the ledger knows it at the store.
    let known: ([ChunkID]) throws -> [Bool]
    /// Called for each entry of the slice, in the manifest's order.
    let list: (ManifestEntry) throws -> Void

    private(set) var amounts = Amounts()

    struct Amounts: Hashable {
        var listed = FileAmount()
        /// Of what is at the store, what the last one that was committed whole does not have.
        var fresh = FileAmount()
        /// What is not, or not wholly, at the store.
        var toCome = FileAmount()
    }

    private var waiting: [(entry: ManifestEntry, former: ManifestEntry?, isFresh: Bool)] = []
    private var waitingChunks = 0

    init(known: @escaping ([ChunkID]) throws -> [Bool], list: @escaping (ManifestEntry) throws -> Void) {
        self.known = known
        self.list = list
    }

    mutating func add(_ step: EntryStep) throws {
        switch step {
        case .unchanged(let entry): try add(entry.entry, former: nil, isFresh: false)
        case .changed(let entry, let former): try add(entry.entry, former: former.entry, isFresh: true)
        case .new(let entry): try add(entry.entry, former: nil, isFresh: true)
        case .gone: break
        }
    }

    mutating func finish() throws {
        let answers = try known(waiting.flatMap { ($0.entry.chunks + ($0.former?.chunks ?? [])).map(\.id) })
        var next = answers.startIndex
        func areKnown(_ chunks: [ChunkReference]) -> Bool {
            defer { next += chunks.count }
            return answers[next..<next + chunks.count].allSatisfy { $0 }
        }
        for (entry, former, isFresh) in waiting {
            let isThere = areKnown(entry.chunks)
            let isFormerThere = former.map { areKnown($0.chunks) } ?? false
            if isThere {
                if isFresh { amounts.fresh.add(entry.size) }
                try take(entry)
            } else {
                amounts.toCome.add(entry.size)
                guard var former, isFormerThere else { continue }
                former.isStale = true
                try take(former)
            }
        }
        waiting.removeAll(keepingCapacity: true)
        waitingChunks = 0
    }

    private mutating func add(_ entry: ManifestEntry, former: ManifestEntry?, isFresh: Bool) throws {
        waiting.append((entry, former, isFresh))
        waitingChunks += entry.chunks.count + (former?.chunks.count ?? 0)
        if waitingChunks >= NeededChunks.window || waiting.count >= NeededChunks.window { try finish() }
    }

    private mutating func take(_ entry: ManifestEntry) throws {
        amounts.listed.add(entry.size)
        try list(entry)
    }
}
