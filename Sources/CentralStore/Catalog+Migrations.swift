import GRDB

extension Catalog {
    /// Named and append-only: what has shipped is never edited.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 packs and chunks") { db in try db.execute(sql: packsAndChunks) }
        migrator.registerMigration("2 schools and snapshots") { db in try db.execute(sql: schoolsAndSnapshots) }
        migrator.registerMigration("3 what packs do not tell") { db in try db.execute(sql: passing) }
        migrator.registerMigration("4 damage") { db in try db.execute(sql: damage) }
        migrator.registerMigration("5 when frames were kept") { db in try db.execute(sql: whenKept) }
        return migrator
    }

    private static let packsAndChunks = """
        -- How far the packs are applied: one row.
        CREATE TABLE position (id INTEGER PRIMARY KEY CHECK (id = 1), pack INTEGER NOT NULL, offset INTEGER NOT NULL);
        INSERT INTO position VALUES (1, 0, 0);
        CREATE TABLE pack (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
        -- offset and length of the item in its pack; content: length of the chunks together.
        CREATE TABLE block (
            number INTEGER PRIMARY KEY, pack INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
            content INTEGER NOT NULL);
        CREATE INDEX block_pack ON block (pack);
        -- start and length in the block's content.
        CREATE TABLE chunk (
            number INTEGER PRIMARY KEY, id BLOB NOT NULL, block INTEGER NOT NULL, start INTEGER NOT NULL,
            length INTEGER NOT NULL, common INTEGER NOT NULL DEFAULT 0);
        CREATE UNIQUE INDEX chunk_id ON chunk (id);
        CREATE INDEX chunk_common ON chunk (common) WHERE common = 1;
        CREATE TABLE brought (
            school INTEGER NOT NULL, chunk INTEGER NOT NULL, PRIMARY KEY (school, chunk)) WITHOUT ROWID;
        CREATE TABLE seed (
            number INTEGER PRIMARY KEY, name TEXT NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL,
            at INTEGER NOT NULL);
        """

    private static let schoolsAndSnapshots = """
        CREATE TABLE school (
            number INTEGER PRIMARY KEY, server TEXT NOT NULL UNIQUE, code TEXT NOT NULL, name TEXT NOT NULL,
            listed_code TEXT NOT NULL, listed_name TEXT NOT NULL, added INTEGER NOT NULL,
            pending INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE code (
            secret_hash BLOB PRIMARY KEY, school INTEGER NOT NULL REFERENCES school, made INTEGER NOT NULL,
            expires INTEGER NOT NULL, used INTEGER, installation TEXT, voided INTEGER) WITHOUT ROWID;
        CREATE TABLE installation (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, school INTEGER NOT NULL REFERENCES school,
            token_hash BLOB NOT NULL UNIQUE, signing_key TEXT NOT NULL, enrolled INTEGER NOT NULL, revoked INTEGER);
        CREATE INDEX installation_school ON installation (school);
        CREATE TABLE snapshot (
            number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, school INTEGER NOT NULL REFERENCES school,
            installation TEXT NOT NULL, dataset TEXT NOT NULL, year INTEGER NOT NULL, sequence INTEGER NOT NULL,
            received INTEGER NOT NULL, record BLOB NOT NULL);
        CREATE UNIQUE INDEX snapshot_sequence ON snapshot (installation, sequence);
        CREATE INDEX snapshot_history ON snapshot (school, dataset, year, number);
        -- The newest snapshot of each dataset and year: what comes next has it as its parent.
        CREATE TABLE head (
            school INTEGER NOT NULL REFERENCES school, dataset TEXT NOT NULL, year INTEGER NOT NULL,
            snapshot INTEGER NOT NULL REFERENCES snapshot, PRIMARY KEY (school, dataset, year)) WITHOUT ROWID;
        CREATE TABLE fork (
            number INTEGER PRIMARY KEY, school INTEGER NOT NULL REFERENCES school, installation TEXT NOT NULL,
            dataset TEXT NOT NULL, year INTEGER NOT NULL, sequence INTEGER NOT NULL, snapshot BLOB NOT NULL UNIQUE,
            at INTEGER NOT NULL);
        CREATE INDEX fork_school ON fork (school);
        """

    private static let damage = """
        -- Told to be damaged, until a later block brings it again.
        ALTER TABLE chunk ADD COLUMN damaged INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX chunk_damaged ON chunk (damaged) WHERE damaged = 1;
        CREATE INDEX chunk_block ON chunk (block);
        ALTER TABLE block ADD COLUMN damaged INTEGER NOT NULL DEFAULT 0;
        -- As a pack tells it; empty for a block that was taken before this column was there.
        ALTER TABLE block ADD COLUMN owner BLOB NOT NULL DEFAULT x'';
        """

    /// A kept frame spares a school whose answer was lost from sending it again, and is good for nothing else: sent again,
    /// it is success once more. So each that comes takes two with it that are older than a week, which bounds the table
    /// by a week's frames without anybody having to remember it.
    private static let whenKept = """
        -- at: milliseconds since 1970.
        CREATE TABLE dated_frame (
            id BLOB NOT NULL, school INTEGER NOT NULL, length INTEGER NOT NULL,
            at INTEGER NOT NULL DEFAULT (CAST(strftime('%s', 'now') AS INTEGER) * 1000),
            PRIMARY KEY (id, school)) WITHOUT ROWID;
        INSERT INTO dated_frame (id, school, length) SELECT id, school, length FROM kept_frame;
        DROP TABLE kept_frame;
        ALTER TABLE dated_frame RENAME TO kept_frame;
        CREATE INDEX kept_frame_at ON kept_frame (at);
        CREATE TRIGGER kept_frame_goes AFTER INSERT ON kept_frame BEGIN
            DELETE FROM kept_frame WHERE (id, school) IN (
                SELECT id, school FROM kept_frame WHERE at < NEW.at - 7 * 24 * 3600 * 1000 ORDER BY at LIMIT 2);
        END;
        """

    /// Facts that may be lost with the catalog: none of them was promised to anybody.
    private static let passing = """
        -- Frames that are kept: sent again after a rebuild, they are success once more.
        CREATE TABLE kept_frame (
            id BLOB NOT NULL, school INTEGER NOT NULL, length INTEGER NOT NULL, PRIMARY KEY (id, school)) WITHOUT ROWID;
        CREATE TABLE contact (school INTEGER PRIMARY KEY, at INTEGER NOT NULL);
        CREATE TABLE report (school INTEGER PRIMARY KEY, at INTEGER NOT NULL, report BLOB NOT NULL);
        """
}
