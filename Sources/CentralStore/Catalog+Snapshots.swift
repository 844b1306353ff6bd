import Content
import FoundationEssentials
import GRDB
import LevelTree
import Wire

extension Catalog {
    /// A record, and what its school is called by now.
    private static let selection =
        "SELECT record, server, code FROM snapshot JOIN school ON school.number = snapshot.school"

    /// The history of a school, oldest first.
    func snapshots(school: ServerID, dataset: Dataset?, year: Year?) throws -> [SnapshotRecord] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    \(Self.selection) WHERE server = ?1 AND (?2 IS NULL OR dataset = ?2) AND (?3 IS NULL OR year = ?3)
                    ORDER BY snapshot.number
                    """,
                arguments: [school.text, dataset?.name, year?.number])
            return try rows.map(Catalog.snapshot)
        }
    }

    /// The newest snapshot of each school, dataset and year, in the order of their commits; of one school, if it is given.
    func currentSnapshots(school: Int64? = nil) throws -> [SnapshotRecord] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    \(Self.selection) JOIN head ON head.snapshot = snapshot.number
                    WHERE ?1 IS NULL OR head.school = ?1 ORDER BY snapshot.number
                    """,
                arguments: [school])
            return try rows.map(Catalog.snapshot)
        }
    }

    /// The parent of the next commit of a dataset and year.
    func head(school: Int64, dataset: Dataset, year: Year) throws -> SnapshotRecord? {
        try read { db in
            try Row.fetchOne(
                db,
                sql: """
                    \(Self.selection) JOIN head ON head.snapshot = snapshot.number
                    WHERE head.school = ? AND head.dataset = ? AND head.year = ?
                    """,
                arguments: [school, dataset.name, year.number]
            ).map(Catalog.snapshot)
        }
    }

    /// Where a school's history stands, by priority of the datasets.
    func heads(school: Int64) throws -> [Head] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT snapshot.dataset, snapshot.year, sequence, id
                    FROM snapshot JOIN head ON head.snapshot = snapshot.number WHERE head.school = ?
                    """,
                arguments: [school])
            return try rows.map { row in
                guard let dataset = Dataset(name: row["dataset"]), let id = ChunkID(column: row["id"]) else {
                    throw StoreError(.damaged, "the catalog holds a head of no dataset; run clix-store rebuild")
                }
                return Head(
                    dataset: dataset, year: try Year(row["year"]),
                    sequence: UInt64(bitPattern: row["sequence"] as Int64), snapshot: id)
            }
        }
        .sorted { ($0.dataset, $0.year) < ($1.dataset, $1.year) }
    }

    /// What an installation committed under a sequence.
    func snapshot(installation: InstallationID, sequence: UInt64) throws -> SnapshotRecord? {
        try read { db in
            try Row.fetchOne(
                db, sql: "\(Self.selection) WHERE installation = ? AND sequence = ?",
                arguments: [installation.text, Int64(bitPattern: sequence)]
            ).map(Catalog.snapshot)
        }
    }

    /// The highest sequence that an installation committed, of one dataset and year or of all; 0 for none.
    func highestSequence(installation: InstallationID, dataset: Dataset? = nil, year: Year? = nil) throws -> UInt64 {
        try read { db in
            let highest = try Int64.fetchOne(
                db,
                sql: """
                    SELECT max(sequence) FROM snapshot
                    WHERE installation = ?1 AND (?2 IS NULL OR dataset = ?2) AND (?3 IS NULL OR year = ?3)
                    """,
                arguments: [installation.text, dataset?.name, year?.number])
            return UInt64(bitPattern: highest ?? 0)
        }
    }

    func hasFork(_ offered: SnapshotID) throws -> Bool {
        try read {
            try Int.fetchOne(
                $0, sql: "SELECT 1 FROM fork WHERE snapshot = ?", arguments: [offered.databaseValue]) != nil
        }
    }

    private static func snapshot(_ row: Row) throws -> SnapshotRecord {
        let record: Data = row["record"]
        return try WireCoding.decode(SnapshotRecord.self, from: [UInt8](record))
            .filed(under: "\(row["code"] as String)-\(row["server"] as String)")
    }
}
