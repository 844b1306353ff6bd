import FoundationEssentials
import GRDB
import LevelTree
import Wire

/// Reads and writes the generations' rows. No rule lives here; see `Retention`.
enum GenerationTable {
    static func row(_ sequence: UInt64, _ database: Database) throws -> GenerationRow? {
        try rows("sequence = ?", [Int64(bitPattern: sequence)], database).first
    }

    /// Of one dataset, all years, oldest first; dropped ones too.
    static func rows(of dataset: Dataset, _ database: Database) throws -> [GenerationRow] {
        try rows("dataset = ?", [dataset.name], database)
    }

    static func all(_ database: Database) throws -> [GenerationRow] {
        try rows("1", [], database)
    }

    /// Of each no more than itself: this is asked after each frame.
    static func pending(_ database: Database) throws -> [Generation] {
        try fetch("state = ?", [Generation.State.pending.rawValue], database).map { try Generation($0) }
    }

    /// The same of those that stand in the tree, asked several times for each dataset of a pass.
    static func current(_ database: Database) throws -> [Generation] {
        try fetch("is_current AND state != ?", [GenerationRow.dropped], database).map { try Generation($0) }
    }

    static func dropped(_ database: Database) throws -> [GenerationRow] {
        try rows("state = ?", [GenerationRow.dropped], database)
    }

    static func held(_ database: Database) throws -> [GenerationRow] {
        try rows("held_boot IS NOT NULL AND state != ?", [GenerationRow.dropped], database)
    }

    private static func rows(
        _ condition: String, _ arguments: StatementArguments, _ database: Database
    ) throws -> [GenerationRow] {
        try fetch(condition, arguments, database).map { try GenerationRow($0) }
    }

    private static func fetch(
        _ condition: String, _ arguments: StatementArguments, _ database: Database
    ) throws -> [Row] {
        try Row.fetchAll(
            database,
            sql: "SELECT \(GenerationRow.columns) FROM generation WHERE \(condition) ORDER BY sequence",
            arguments: arguments)
    }

    static func setState(_ state: Generation.State, of sequence: UInt64, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE generation SET state = ? WHERE sequence = ?",
            arguments: [state.rawValue, Int64(bitPattern: sequence)])
    }

    /// Marks rows as dropped: their files are to be removed.
    static func drop(_ sequences: [UInt64], _ database: Database) throws {
        for sequence in sequences {
            try database.execute(
                sql: "UPDATE generation SET state = ?, is_current = 0 WHERE sequence = ?",
                arguments: [GenerationRow.dropped, Int64(bitPattern: sequence)])
        }
    }

    static func setFlag(_ column: String, of sequence: UInt64, to value: Bool, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE generation SET \(column) = ? WHERE sequence = ?",
            arguments: [value, Int64(bitPattern: sequence)])
    }

    /// The content is there under another inode than was recorded.
    static func adoptContent(withInode inode: UInt64, of sequence: UInt64, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE generation SET content_inode = ?, is_distrusted = 1 WHERE sequence = ?",
            arguments: [Int64(bitPattern: inode), Int64(bitPattern: sequence)])
    }

    /// Another folder has this inode now, so content that had it is gone: it was removed by a crash's repair, or by hand.
    static func forgetContent(withInode inode: UInt64, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE generation SET content_inode = 0, is_distrusted = 1 WHERE content_inode = ?",
            arguments: [Int64(bitPattern: inode)])
    }

    /// Its time is known: it is held no longer.
    static func settle(_ sequence: UInt64, _ filing: Filing, _ database: Database) throws {
        try database.execute(
            sql: """
                UPDATE generation SET held_boot = NULL, held_seconds = NULL, clock_trusted = ?,
                    finished = finished - started + ?, started = ? WHERE sequence = ?
                """,
            arguments: [
                filing.isCertain, filing.startedMilliseconds, filing.startedMilliseconds, Int64(bitPattern: sequence),
            ])
    }

    static func setTreePath(_ path: [UInt8], of sequence: UInt64, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE generation SET tree_path = ? WHERE sequence = ?",
            arguments: [Data(path), Int64(bitPattern: sequence)])
    }

    static func setOrigins(_ origins: [SourceOrigin], of sequence: UInt64, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE generation SET origins = ? WHERE sequence = ?",
            arguments: [Data(try WireCoding.encode(origins)), Int64(bitPattern: sequence)])
    }

    static func delete(_ sequence: UInt64, _ database: Database) throws {
        try database.execute(
            sql: "DELETE FROM generation WHERE sequence = ?", arguments: [Int64(bitPattern: sequence)])
    }
}

/// Numbers that only the database remembers.
enum Counter: String {
    /// The last sequence number given out.
    case sequence
    /// What staged content takes on the disk, in bytes; the spool is counted apart.
    case stagedBytes
    /// Of the folder `generations`: another one means that the whole staging directory was copied.
    case generationsInode

    func value(_ database: Database) throws -> UInt64 {
        UInt64(
            bitPattern: try Int64.fetchOne(
                database, sql: "SELECT value FROM counter WHERE name = ?", arguments: [rawValue]) ?? 0)
    }

    func set(_ value: UInt64, _ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            arguments: [rawValue, Int64(bitPattern: value)])
    }
}

/// What made the last pass over a mirror hold back.
enum Sightings {
    static func last(_ dataset: Dataset, _ year: Year, _ database: Database) throws -> String? {
        try String.fetchOne(
            database, sql: "SELECT sight FROM sighting WHERE dataset = ? AND year = ?",
            arguments: [dataset.name, year.number])
    }

    static func record(_ sight: String?, _ dataset: Dataset, _ year: Year, _ database: Database) throws {
        guard let sight else {
            return try database.execute(
                sql: "DELETE FROM sighting WHERE dataset = ? AND year = ?", arguments: [dataset.name, year.number])
        }
        try database.execute(
            sql: "INSERT OR REPLACE INTO sighting VALUES (?, ?, ?)", arguments: [dataset.name, year.number, sight])
    }
}
