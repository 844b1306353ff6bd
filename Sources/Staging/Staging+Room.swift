import GRDB
import LevelTree

extension Staging {
    /// How many bytes may be written for staging now: what the budget and the disk's reserve leave. Where that is less than
    /// what this dataset took last, with a quarter more, bases are let go first if that makes so much room.
    /// - Throws: `StagingError` if the database or the disk cannot be asked.
    public func room(for dataset: Dataset) throws -> UInt64 {
        let own = try currentGenerations().filter { $0.dataset == dataset && !$0.isByReference }
        let last = own.max { $0.sequence < $1.sequence }?.bytes ?? 0
        var gauge = try gauge()
        return try gauge.room(for: last + last / 4)
    }

    /// The datasets of which a base was let go for want of room since somebody asked last. What this process did, and no
    /// other: it is for telling.
    public func takeRelieved() -> [Dataset] {
        relieved.withLock { relieved in
            defer { relieved = [] }
            return relieved.sorted()
        }
    }

    func gauge() throws -> DiskGauge {
        let disk = try DiskSpace(of: folders.root)
        return DiskGauge(
            folder: folders.root,
            bounds: DiskBounds(budget: options.budget, keepFree: options.keepFree, disk: disk.size),
            used: try usedBytes(), relieve: { try self.letGoOfBases(freeing: $0) })
    }

    /// Counts what is moved, and bounds it by nothing but the disk.
    func gaugeForFiling() throws -> DiskGauge {
        DiskGauge(folder: folders.root, bounds: .none, used: try usedBytes())
    }

    /// Lets go of the largest bases until so much was freed; of none, if all of them do not free it. The store has what
    /// they hold; the next upload of their datasets sends more.
    /// - Returns: what staging takes then.
    private func letGoOfBases(freeing needed: UInt64) throws -> UInt64 {
        let rows = try read { Retention.bases(of: try GenerationTable.all($0)) }
        let bases: [(sequence: UInt64, bytes: UInt64)] = try rows.map { row in
            let folder = CName(String(row.sequence))
            return (row.sequence, try FolderRemoval.freed(byRemoving: folder, in: folders.generations.number))
        }
        let thinned = Retention.thinned(bases, freeing: needed)
        guard !thinned.isEmpty else { return try usedBytes() }
        let datasets = try write { database in
            // Another pass, or a receipt, may have come in between.
            let rows = Retention.bases(of: try GenerationTable.all(database)).filter { thinned.contains($0.sequence) }
            try GenerationTable.drop(rows.map(\.sequence), database)
            return Set(rows.map(\.generation.dataset))
        }
        relieved.withLock { $0.formUnion(datasets) }
        for dataset in datasets { try arrange(dataset) }
        return try usedBytes()
    }
}
