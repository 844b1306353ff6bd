import GRDB
import LevelTree
import Wire

/// What of a very large generation is committed while the rest is on its way. A slice is history at the store like any
/// commit, and nothing here: the generation stays unsent, and what it will replace stays, until its own receipt.
public struct StagedSlice: Hashable, Sendable {
    /// The sequence of its commit: one of those that the generation keeps.
    public let number: UInt64
    /// What was wholly at the store then and is not in the last whole commit.
    public let files: UInt64
    public let bytes: UInt64

    public init(number: UInt64, files: UInt64, bytes: UInt64) {
        self.number = number
        self.files = files
        self.bytes = bytes
    }
}

extension Staging {
    public var sliceSize: SliceSize { options.slices }

    /// The slice that was stored last, whatever the store answered, of the dataset and year of this generation: of it, or of
    /// one whose place it took. Nil if there was none since the last whole commit.
    public func lastSlice(of generation: Generation) throws -> StagedSlice? {
        try read { try Slices.last(of: generation.dataset, generation.year, $0) }
    }

    /// Whether what the store committed last of this dataset and year came from an earlier installation: from the machine
    /// whose place this one took, or from this one before it enrolled anew. Most of the content is at the store then, and
    /// only the ledger does not know.
    public func continuesAnother(_ generation: Generation) throws -> Bool {
        try head(generation.dataset, year: generation.year) != nil
            && receipt(generation.dataset, year: generation.year) == nil && lastSlice(of: generation) == nil
    }

    /// Nil if there is none left. One that was stored is not used again, also where the store did not take it.
    public func nextSliceNumber(of generation: Generation) throws -> UInt64? {
        let last = try lastSlice(of: generation)
        let number = max(last.map { $0.number + 1 } ?? 0, generation.sequence - generation.reserve)
        return number < generation.sequence ? number : nil
    }

    /// Stores the commit request of a slice, durably, before it is sent: see `recordCommit`. Until it is answered, the
    /// generation stays.
    /// - Throws: as `recordCommit` does.
    public func recordSlice(_ slice: StagedSlice, of generation: Generation, request: [UInt8]) throws {
        precondition(
            slice.number < generation.sequence && slice.number >= generation.sequence - generation.reserve,
            "a slice has one of the numbers that its generation keeps")
        try write { database in
            try recordCommit(slice.number, of: generation, request, database)
            try Slices.record(slice, of: generation, database)
        }
    }

    /// A slice's receipt came: in one transaction the head moves on to its snapshot and the commit is no longer pending.
    /// It lets go of nothing but what only the doubt held back.
    ///
    /// The receipt's signature is the caller's to check.
    public func acknowledgeSlice(_ receipt: Receipt) throws {
        try write { database in
            try deletePendingCommit(receipt.sequence, database)
            try Heads.set(Head(receipt), database)
            try releaseGenerations(of: receipt.dataset, database)
        }
        try arrange(receipt.dataset)
    }
}

enum Slices {
    static func last(of dataset: Dataset, _ year: Year, _ database: Database) throws -> StagedSlice? {
        try Row.fetchOne(
            database, sql: "SELECT number, files, bytes FROM slice WHERE dataset = ? AND year = ?",
            arguments: [dataset.name, year.number]
        ).map { row in
            StagedSlice(
                number: UInt64(bitPattern: row["number"]), files: UInt64(bitPattern: row["files"]),
                bytes: UInt64(bitPattern: row["bytes"]))
        }
    }

    static func record(_ slice: StagedSlice, of generation: Generation, _ database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO slice VALUES (?, ?, ?, ?, ?)",
            arguments: [
                generation.dataset.name, generation.year.number, Int64(bitPattern: slice.number),
                Int64(bitPattern: slice.files), Int64(bitPattern: slice.bytes),
            ])
    }

    static func forget(_ dataset: Dataset, _ year: Year, _ database: Database) throws {
        try database.execute(
            sql: "DELETE FROM slice WHERE dataset = ? AND year = ?", arguments: [dataset.name, year.number])
    }
}
