import Content
import GRDB
import Glibc
import LevelTree
import Wire

/// Where everything is: a projection of the packs into SQLite, which can be made anew from them at any time.
///
/// Written to by the `Journal` alone, in transactions that are durable when they end (WAL with synchronous FULL). Reads
/// see the last transaction and wait for nobody.
final class Catalog: Sendable {
    let pool: DatabasePool

    /// Opens a catalog, or makes an empty one (0600), and brings its tables up to date.
    init(path: String) throws {
        // SQLite would make it readable for all; its side files take over the mode of the main one.
        _ = try OpenFile(path, flags: O_RDWR | O_CREAT)
        var configuration = Configuration()
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in
            // In KiB: the writer's, which changes pages all over the index of chunks; and each reader's, for the pages that
            // lead there.
            try db.execute(sql: "PRAGMA cache_size = \(db.configuration.readonly ? -2048 : -8192)")
            try db.execute(sql: "PRAGMA foreign_keys = ON")
        }
        pool = try Catalog.translated { try DatabasePool(path: path, configuration: configuration) }
        try Catalog.translated {
            // GRDB sets NORMAL with WAL, which loses the last transactions in a power cut.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try Catalog.migrator.migrate(pool)
        }
    }

    /// Opens the catalog of a store that another process may hold: for reading, and for nothing else.
    init(reading path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(10)
        pool = try Catalog.translated { try DatabasePool(path: path, configuration: configuration) }
    }

    func close() throws { try Catalog.translated { try pool.close() } }

    func read<R>(_ body: (Database) throws -> R) throws -> R {
        try Catalog.translated { try pool.read(body) }
    }

    /// For a body of one statement, which sees one state of the catalog by itself: half of what `read` costs, whose
    /// transaction gives several statements the same state.
    func ask<R>(_ body: (Database) throws -> R) throws -> R {
        try Catalog.translated { try pool.unsafeRead(body) }
    }

    /// One transaction.
    func write<R>(_ body: (Database) throws -> R) throws -> R {
        try Catalog.translated { try pool.write(body) }
    }

    private static let syncFailures: [ResultCode] = [.SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC]

    /// Turns what SQLite says into what the store answers.
    static func translated<R>(_ body: () throws -> R) throws -> R {
        do { return try body() } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_IOERR where Catalog.syncFailures.contains(error.extendedResultCode):
                throw StoreError(
                    .notDurable,
                    "the catalog could not be made durable (\(error.message ?? "no message")); look after the disk and "
                        + "start clix-store again, which makes the catalog anew from the packs")
            case .SQLITE_FULL: throw systemError("writing the catalog", ENOSPC)
            case .SQLITE_CORRUPT, .SQLITE_NOTADB:
                throw StoreError(
                    .damaged,
                    "the catalog is damaged (\(error.message ?? "no message")); make it anew from the packs with "
                        + "clix-store rebuild")
            default:
                throw StoreError(
                    .storage, "the catalog cannot be used: \(error.message ?? error.resultCode.description)")
            }
        }
    }
}
