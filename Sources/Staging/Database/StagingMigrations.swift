import GRDB

/// The migrations of the local database: named, in order, and only ever added to.
enum StagingMigrations {
    static func all() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 generations") { try $0.execute(sql: generations) }
        migrator.registerMigration("2 upload ledger") { try $0.execute(sql: ledger) }
        migrator.registerMigration("3 collectors' memories") { try $0.execute(sql: memories) }
        migrator.registerMigration("4 refused files") { try $0.execute(sql: refusedFiles) }
        migrator.registerMigration("5 the acknowledged report") { try $0.execute(sql: acknowledgedReport) }
        migrator.registerMigration("6 held generations") { try $0.execute(sql: heldGenerations) }
        migrator.registerMigration("7 slices") { try $0.execute(sql: slices) }
        return migrator
    }

    /// Times are milliseconds since 1970. `state` is pending, acknowledged or dropped; a dropped generation's row goes
    /// once its files are removed. `content_inode` tells which folder is a generation's content, wherever a crash left it.
    private static let generations = """
        CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE generation (
            sequence INTEGER PRIMARY KEY,
            dataset TEXT NOT NULL,
            year INTEGER NOT NULL,
            state TEXT NOT NULL,
            is_current INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            files INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            started INTEGER NOT NULL,
            finished INTEGER NOT NULL,
            clock_trusted INTEGER NOT NULL,
            shortfalls BLOB NOT NULL,
            source_is_partial INTEGER NOT NULL,
            origins BLOB NOT NULL,
            content_inode INTEGER NOT NULL,
            tree_path BLOB NOT NULL,
            must_be_sent INTEGER NOT NULL DEFAULT 0,
            is_distrusted INTEGER NOT NULL DEFAULT 0
        );
        CREATE INDEX generation_of_dataset ON generation (dataset, year, sequence);
        CREATE TABLE sighting (
            dataset TEXT NOT NULL, year INTEGER NOT NULL, sight TEXT NOT NULL, PRIMARY KEY (dataset, year)
        ) WITHOUT ROWID;
        """

    /// The year is that of the generation that the memory was published with.
    private static let memories = """
        CREATE TABLE memory (dataset TEXT PRIMARY KEY, year INTEGER NOT NULL, bytes BLOB NOT NULL) WITHOUT ROWID;
        """

    /// A cache: without a row, the file is read again. Times are seconds since 1970.
    private static let refusedFiles = """
        CREATE TABLE refused_file (
            dataset TEXT NOT NULL, path BLOB NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
            modified_nanoseconds INTEGER NOT NULL, changed INTEGER NOT NULL, changed_nanoseconds INTEGER NOT NULL,
            inode INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (dataset, path)
        ) WITHOUT ROWID;
        """

    /// One row; `at` is in seconds since 1970, by the store's clock.
    private static let acknowledgedReport = """
        CREATE TABLE acknowledged_report (
            id INTEGER PRIMARY KEY CHECK (id = 1), report BLOB NOT NULL, at INTEGER NOT NULL);
        """

    /// Both are NULL for a generation whose year is known. What an earlier version filed under a guessed year, and did
    /// not begin to commit, is held: of a boot that nobody knows, so that its neighbours tell its year.
    private static let heldGenerations = """
        ALTER TABLE generation ADD COLUMN held_boot TEXT;
        ALTER TABLE generation ADD COLUMN held_seconds REAL;
        UPDATE generation SET held_boot = '', held_seconds = 0
            WHERE clock_trusted = 0 AND state = 'pending' AND sequence NOT IN (SELECT sequence FROM pending_commit);
        """

    /// `reserve` is how many numbers below its own a generation keeps. Of each dataset and year the last slice since the last
    /// whole commit: the number of its own commit, and how much was at the store then that the last whole one does not have.
    private static let slices = """
        ALTER TABLE generation ADD COLUMN reserve INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE slice (
            dataset TEXT NOT NULL, year INTEGER NOT NULL, number INTEGER NOT NULL, files INTEGER NOT NULL,
            bytes INTEGER NOT NULL, PRIMARY KEY (dataset, year)
        );
        """

    private static let ledger = """
        CREATE TABLE known_chunk (id BLOB PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE spooled_frame (
            number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, length INTEGER NOT NULL,
            chunks BLOB NOT NULL
        );
        CREATE TABLE pending_commit (
            sequence INTEGER PRIMARY KEY, dataset TEXT NOT NULL, year INTEGER NOT NULL, request BLOB NOT NULL
        );
        CREATE TABLE head (
            dataset TEXT NOT NULL, year INTEGER NOT NULL, sequence INTEGER NOT NULL, snapshot BLOB NOT NULL,
            PRIMARY KEY (dataset, year)
        ) WITHOUT ROWID;
        CREATE TABLE receipt (
            dataset TEXT NOT NULL, year INTEGER NOT NULL, receipt BLOB NOT NULL, PRIMARY KEY (dataset, year)
        ) WITHOUT ROWID;
        """
}
