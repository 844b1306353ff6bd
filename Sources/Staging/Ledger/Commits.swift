import FoundationEssentials
import GRDB
import LevelTree
import Wire

/// A commit request that was stored and has no answer yet.
public struct PendingCommit: Hashable, Sendable {
    public let sequence: UInt64
    /// The sequence of the generation that it commits, or of which it is a slice.
    public let generation: UInt64
    public let dataset: Dataset
    public let year: Year
    /// The request's JSON, to be repeated verbatim.
    public let request: [UInt8]

    public var isSlice: Bool { generation != sequence }

    /// - Parameter generation: nil for the whole of one.
    init(sequence: UInt64, generation: UInt64? = nil, dataset: Dataset, year: Year, request: [UInt8]) {
        self.sequence = sequence
        self.generation = generation ?? sequence
        self.dataset = dataset
        self.year = year
        self.request = request
    }
}

extension Staging {
    /// Stores a commit request, durably, before it is sent. Until it is answered the generation stays as it is.
    ///
    /// Storing it again replaces the request, which only one that was never sent may need.
    /// - Throws: `StagingError`, `.generationGone` if the generation was let go, `.busy` if another commit of the
    ///   dataset and year has no answer yet: that one goes first.
    public func recordCommit(of generation: Generation, request: [UInt8]) throws {
        try write { try recordCommit(generation.sequence, of: generation, request, $0) }
    }

    func recordCommit(
        _ sequence: UInt64, of generation: Generation, _ request: [UInt8], _ database: Database
    ) throws {
        guard let row = try GenerationTable.row(generation.sequence, database), !row.isDropped else {
            throw StagingError.gone(generation.sequence)
        }
        let others = try pendingCommits(database).filter {
            $0.dataset == generation.dataset && $0.year == generation.year && $0.sequence != sequence
        }
        if let other = others.first {
            throw StagingError(
                .busy,
                "\(generation.dataset): the commit of generation \(other.sequence) has no answer yet and goes first"
            )
        }
        try database.execute(
            sql: "INSERT OR REPLACE INTO pending_commit VALUES (?, ?, ?, ?)",
            arguments: [
                Int64(bitPattern: sequence), generation.dataset.name, generation.year.number, Data(request),
            ])
    }

    /// The requests that have no answer yet, oldest first.
    public func pendingCommits() throws -> [PendingCommit] {
        try read { try pendingCommits($0) }
    }

    /// A number that is kept for slices belongs to the generation that keeps it.
    func pendingCommits(_ database: Database) throws -> [PendingCommit] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT sequence, dataset, year, request,
                    (SELECT min(owner.sequence) FROM generation AS owner
                    WHERE owner.dataset = pending_commit.dataset AND owner.year = pending_commit.year
                        AND pending_commit.sequence BETWEEN owner.sequence - owner.reserve AND owner.sequence) AS owner
                FROM pending_commit ORDER BY sequence
                """
        ).compactMap { row in
            guard let dataset = Dataset(name: row["dataset"]) else { return nil }
            let request: Data = row["request"]
            return PendingCommit(
                sequence: UInt64(bitPattern: row["sequence"]),
                generation: (row["owner"] as Int64?).map { UInt64(bitPattern: $0) }, dataset: dataset,
                year: try Year(row["year"]), request: Array(request))
        }
    }

    /// The store answered that it will not have the commit: it is no longer in doubt.
    public func withdrawCommit(_ sequence: UInt64) throws {
        let dataset = try write { database -> Dataset? in
            let pending = try pendingCommits(database).first { $0.sequence == sequence }
            try deletePendingCommit(sequence, database)
            guard let row = try GenerationTable.row(pending?.generation ?? sequence, database) else { return nil }
            try releaseGenerations(of: row.generation.dataset, database)
            return row.generation.dataset
        }
        if let dataset { try arrange(dataset) }
    }

    /// The receipt came: in one transaction the generation becomes the acknowledged one, the head moves on to its
    /// snapshot, the commit is no longer pending, and what only the receipt held back is let go.
    ///
    /// The receipt's signature is the caller's to check. The same receipt may come twice.
    public func acknowledge(_ receipt: Receipt) throws {
        try write { database in
            try deletePendingCommit(receipt.sequence, database)
            if let row = try GenerationTable.row(receipt.sequence, database), !row.isDropped,
                row.generation.dataset == receipt.dataset, row.generation.year == receipt.year
            {
                try GenerationTable.setState(.acknowledged, of: receipt.sequence, database)
            }
            try Slices.forget(receipt.dataset, receipt.year, database)
            try Heads.set(Head(receipt), database)
            try database.execute(
                sql: "INSERT OR REPLACE INTO receipt VALUES (?, ?, ?)",
                arguments: [receipt.dataset.name, receipt.year.number, Data(try WireCoding.encode(receipt))])
            try releaseGenerations(of: receipt.dataset, database)
        }
        try arrange(receipt.dataset)
    }

    func deletePendingCommit(_ sequence: UInt64, _ database: Database) throws {
        try database.execute(
            sql: "DELETE FROM pending_commit WHERE sequence = ?", arguments: [Int64(bitPattern: sequence)])
    }
}

extension Head {
    /// Where the store's history stands once it has given this receipt.
    init(_ receipt: Receipt) {
        self.init(
            dataset: receipt.dataset, year: receipt.year, sequence: receipt.sequence, snapshot: receipt.snapshot)
    }
}
