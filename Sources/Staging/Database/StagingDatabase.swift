import Content
import GRDB
import Glibc

/// Opens the local database: generations, what the store has, the spool, commits in doubt.
enum StagingDatabase {
    /// - Parameter path: its folder must exist. A new file is made 0600, and SQLite gives its side files the same bits.
    /// - Throws: `StagingError`.
    static func open(at path: String) throws -> DatabaseQueue {
        try makeFile(at: path)
        return try translatingDatabaseErrors {
            var configuration = Configuration()
            configuration.label = "staging"
            configuration.journalMode = .wal
            configuration.busyMode = .timeout(10)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { database in
                // GRDB turns to NORMAL with WAL; then the last transactions before a power cut would be gone, among
                // them a sequence number that was given out, or a commit that the store already has.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                // In KiB. The chunk table of a whole school is larger than any cache worth its memory.
                try database.execute(sql: "PRAGMA cache_size = -1024")
            }
            try StagingMigrations.all().migrate(queue)
            try refuseNewer(queue, path)
            return queue
        }
    }

    /// Opens it for reading only, beside the process that writes it.
    ///
    /// - Parameter isAlone: whether nobody writes it for as long as it is open. Then SQLite need not make its side files,
    ///   which a reader cannot remove again.
    /// - Throws: `StagingError`.
    static func look(at path: String, isAlone: Bool) throws -> DatabaseQueue {
        // A log that a crash left has to be read with the database.
        let isWhole = isAlone && FileStatus.of(CName(path + "-wal")) == nil
        return try look(isWhole ? "file:\(encoded(path))?immutable=1" : path, named: path)
    }

    /// - Parameter file: a path, or a URI (sqlite.org/uri.html), which Debian's SQLite understands everywhere.
    private static func look(_ file: String, named path: String) throws -> DatabaseQueue {
        try translatingDatabaseErrors {
            var configuration = Configuration()
            configuration.label = "staging, looked at"
            configuration.readonly = true
            configuration.busyMode = .timeout(10)
            let queue = try DatabaseQueue(path: file, configuration: configuration)
            try refuseNewer(queue, path)
            guard try queue.read({ try StagingMigrations.all().hasCompletedMigrations($0) }) else {
                throw StagingError(
                    .outdated,
                    "the local database \(path) was written by an earlier version of this program; the next collect brings "
                        + "it up to date")
            }
            return queue
        }
    }

    /// As the path of a URI.
    private static func encoded(_ path: String) -> String {
        path.utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "%" + hexText([byte])
            }
        }
    }

    private static func refuseNewer(_ queue: DatabaseQueue, _ path: String) throws {
        guard try queue.read({ try !StagingMigrations.all().hasBeenSuperseded($0) }) else {
            throw StagingError(
                .unusable,
                "the local database \(path) was written by a newer version of this program; install that version again")
        }
    }

    /// Has closed the file again when it returns: closing any descriptor of a file drops the locks that the same process
    /// holds on it (fcntl(2)), SQLite's too.
    private static func makeFile(at path: String) throws {
        let number = CName(path).withPointer { Glibc.open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        guard number >= 0, close(number) == 0 else {
            throw StagingError.failing(to: "open the local database \(path)")
        }
    }
}

/// Runs `body` with SQLite's errors as sentences.
func translatingDatabaseErrors<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as DatabaseError {
        let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_FULL:
            throw StagingError(.diskFull, "the disk is full, the local database cannot be written; make room on it")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            throw StagingError(
                .damaged,
                "the local database is damaged (\(reason)); move the staging directory's state away and enrol again")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            throw StagingError(.busy, "the local database is held by another program (\(reason)); try again")
        default:
            throw StagingError(.io, "the local database cannot be used: \(reason)")
        }
    }
}
