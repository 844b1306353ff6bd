import Content
import FoundationEssentials
import GRDB
import LevelTree
import Wire

// What is known of the store, and what is on its way there. All of it in the same database as the generations, so that
// a receipt's consequences are one transaction.

extension Staging {
    /// For each id, whether it is known to be at the store.
    public func knownAtStore(_ ids: [ChunkID]) throws -> [Bool] {
        guard !ids.isEmpty else { return [] }
        return try read { database in
            let statement = try database.cachedStatement(sql: "SELECT 1 FROM known_chunk WHERE id = ?")
            return try ids.map { try Int.fetchOne(statement, arguments: [Data($0.bytes)]) != nil }
        }
    }

    /// Whether each of these is at the store, or lies in a frame of the spool: then it is sent whatever becomes of its
    /// source, unless the frame is given up.
    func areSentOrSpooled(_ ids: [ChunkID]) throws -> Bool {
        try read { database in
            let known = try database.cachedStatement(sql: "SELECT 1 FROM known_chunk WHERE id = ?")
            let spooled = try database.cachedStatement(sql: "SELECT 1 FROM spooled_frame WHERE instr(chunks, ?) > 0")
            return try ids.allSatisfy { id in
                let arguments: StatementArguments = [Data(id.bytes)]
                return try Int.fetchOne(known, arguments: arguments) != nil
                    || Int.fetchOne(spooled, arguments: arguments) != nil
            }
        }
    }

    /// Records that the store has these. Durable.
    public func markAtStore(_ ids: [ChunkID]) throws {
        guard !ids.isEmpty else { return }
        try write { try KnownChunks.insert(ids, $0) }
    }

    /// Takes that back: the store said that it misses them.
    public func forgetAtStore(_ ids: [ChunkID]) throws {
        guard !ids.isEmpty else { return }
        try write { database in
            let statement = try database.cachedStatement(sql: "DELETE FROM known_chunk WHERE id = ?")
            for id in ids { try statement.execute(arguments: [Data(id.bytes)]) }
        }
    }

    // MARK: Heads and receipts

    /// Where the store's history of this dataset and year stands; the parent of the next commit.
    public func head(_ dataset: Dataset, year: Year) throws -> Head? {
        try heads().first { $0.dataset == dataset && $0.year == year }
    }

    public func heads() throws -> [Head] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT dataset, year, sequence, snapshot FROM head").compactMap { row in
                let snapshot: Data = row["snapshot"]
                // A dataset that this version does not know has no use for its head either.
                guard let dataset = Dataset(name: row["dataset"]) else { return nil }
                return Head(
                    dataset: dataset, year: try Year(row["year"]), sequence: UInt64(bitPattern: row["sequence"]),
                    snapshot: try SnapshotID(bytes: Array(snapshot)))
            }
        }
    }

    /// Records what enrolment or `hello` named.
    public func setHead(_ head: Head) throws {
        try write { try Heads.set(head, $0) }
    }

    /// The last receipt of this dataset and year.
    public func receipt(_ dataset: Dataset, year: Year) throws -> Receipt? {
        let bytes = try read { database in
            try Data.fetchOne(
                database, sql: "SELECT receipt FROM receipt WHERE dataset = ? AND year = ?",
                arguments: [dataset.name, year.number])
        }
        return try bytes.map { try WireCoding.decode(Receipt.self, from: Array($0)) }
    }

    /// A new enrolment: another store, or another installation at the same one. What was known of the store's content,
    /// its heads, receipts, open commits, spooled frames and the report that it took is dropped, and what was kept as a base
    /// alone; the other generations become pending again.
    public func startAnew(heads: [Head]) throws {
        let frames = try spooledFrames()
        let datasets = try write { database in
            let tables = [
                "known_chunk", "head", "receipt", "pending_commit", "slice", "spooled_frame", "acknowledged_report",
            ]
            for table in tables { try database.execute(sql: "DELETE FROM \(table)") }
            for head in heads { try Heads.set(head, database) }
            let rows = try GenerationTable.all(database)
            let bases = Retention.bases(of: rows).map(\.sequence)
            // Also what may stand again once something that is held is filed.
            for row in rows where !row.isDropped && !bases.contains(row.sequence) {
                try GenerationTable.setState(.pending, of: row.sequence, database)
            }
            try GenerationTable.drop(bases, database)
            return Set(rows.map(\.generation.dataset))
        }
        for frame in frames { try removeBody(of: frame.id) }
        for dataset in datasets.sorted() { try arrange(dataset) }
    }
}

enum KnownChunks {
    static func insert(_ ids: [ChunkID], _ database: Database) throws {
        let statement = try database.cachedStatement(sql: "INSERT OR IGNORE INTO known_chunk VALUES (?)")
        for id in ids { try statement.execute(arguments: [Data(id.bytes)]) }
    }
}

enum Heads {
    static func set(_ head: Head, _ database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO head VALUES (?, ?, ?, ?)",
            arguments: [
                head.dataset.name, head.year.number, Int64(bitPattern: head.sequence), Data(head.snapshot.bytes),
            ])
    }
}
