import Content
import GRDB
import Glibc
import LevelTree

extension Staging {
    /// The generation of each dataset and year that the tree shows, by year, then in the order of sending.
    public func currentGenerations() throws -> [Generation] {
        try read { try GenerationTable.current($0) }.sorted { ($0.year, $0.dataset) < ($1.year, $1.dataset) }
    }

    /// What the store has no receipt for: by priority, then year, then sequence. Of one dataset and year the earlier
    /// must be committed before the later. What is held is not among them: nobody knows yet where it belongs.
    ///
    /// - Parameter priority: the lower, the earlier; configuration may move a dataset.
    public func pendingGenerations(
        priority: (Dataset) -> Int = { $0.priority }
    ) throws -> [Generation] {
        func key(_ generation: Generation) -> (Int, String, Year, UInt64) {
            (priority(generation.dataset), generation.dataset.name, generation.year, generation.sequence)
        }
        return try read { try GenerationTable.pending($0) }.filter { $0.held == nil }.sorted {
            key($0) < key($1)
        }
    }

    /// Nil if there is none of this number, or it was let go.
    public func generation(_ sequence: UInt64) throws -> Generation? {
        try read { try GenerationTable.row(sequence, $0) }.flatMap { $0.isDropped ? nil : $0.generation }
    }

    /// The last acknowledged generation, whose content is still here: the base for deltas. Nil before the first receipt.
    public func acknowledgedGeneration(_ dataset: Dataset, year: Year) throws -> Generation? {
        try read { try GenerationTable.rows(of: dataset, $0) }.map(\.generation)
            .last { $0.year == year && $0.state == .acknowledged }
    }

    // MARK: Sequence numbers

    /// The last sequence number given out. If the store knows a higher one, this machine was restored or cloned.
    public func lastSequence() throws -> UInt64 {
        try read { try Counter.sequence.value($0) }
    }

    /// Takes the next sequence number, durably: it is never given out again, nor are those that are kept.
    /// - Parameter reserve: how many numbers are kept below it.
    public func takeSequence(keeping reserve: UInt64 = 0) throws -> UInt64 {
        try write { database in
            let next = try Counter.sequence.value(database) + reserve + 1
            try Counter.sequence.set(next, database)
            return next
        }
    }

    // MARK: The disk

    /// How much of the disk staging takes, and how much is left.
    public func diskUse() throws -> DiskUse {
        try DiskUse(options, used: usedBytes(), DiskSpace(of: folders.root))
    }

    /// Of a directory in which nothing is staged yet; it is not opened.
    /// - Throws: `StagingError` if its disk cannot be asked.
    public static func diskUse(ofEmpty directory: String, options: StagingOptions) throws -> DiskUse {
        guard let root = Descriptor.opening(CName(directory), O_RDONLY | O_DIRECTORY) else {
            throw StagingError.failing(to: "open the staging directory \(directory)")
        }
        return DiskUse(options, used: 0, try DiskSpace(of: root))
    }

    func usedBytes() throws -> UInt64 {
        try read { database in
            let spooled = try Int64.fetchOne(database, sql: "SELECT sum(length) FROM spooled_frame") ?? 0
            return try Counter.stagedBytes.value(database) + UInt64(max(0, spooled))
        }
    }

    func hasSighting(_ dataset: Dataset, _ year: Year) throws -> Bool {
        try read { try Sightings.last(dataset, year, $0) } != nil
    }
}
