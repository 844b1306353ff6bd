import FoundationEssentials
import GRDB
import LevelTree

/// Files that were left out for what they hold, by their paths and stamps: nothing of them is staged, so that only this
/// spares a pass over an unchanged school from reading them again.
struct RefusedFiles: Equatable {
    struct Refusal: Equatable {
        let stamp: SourceStamp
        /// As it is listed.
        let reason: String
    }

    /// More are not remembered, and read at each pass.
    static let limit = 1000

    private(set) var refusals: [[UInt8]: Refusal] = [:]

    /// Nil if what the file holds now is not known.
    func reason(for path: [UInt8], _ stamp: SourceStamp) -> String? {
        guard let refusal = refusals[path], refusal.stamp == stamp else { return nil }
        return refusal.reason
    }

    mutating func note(_ path: [UInt8], _ stamp: SourceStamp, _ reason: String) {
        // A racy stamp vouches for nothing.
        guard !stamp.isRacy, refusals.count < RefusedFiles.limit else { return }
        refusals[path] = Refusal(stamp: stamp, reason: reason)
    }

    // MARK: In the database

    init() {}

    init(_ dataset: Dataset, _ database: Database) throws {
        let rows = try Row.fetchCursor(
            database, sql: "SELECT * FROM refused_file WHERE dataset = ?", arguments: [dataset.name])
        while let row = try rows.next() {
            let path: Data = row["path"]
            let stamp = SourceStamp(
                size: UInt64(bitPattern: row["size"]),
                modified: FileTime(seconds: row["modified"], nanoseconds: row["modified_nanoseconds"]),
                changed: FileTime(seconds: row["changed"], nanoseconds: row["changed_nanoseconds"]),
                inode: UInt64(bitPattern: row["inode"]))
            refusals[Array(path)] = Refusal(stamp: stamp, reason: row["reason"])
        }
    }

    /// Writes only what differs: most passes find nothing new.
    func record(_ dataset: Dataset, _ database: Database) throws {
        guard try RefusedFiles(dataset, database) != self else { return }
        try database.execute(sql: "DELETE FROM refused_file WHERE dataset = ?", arguments: [dataset.name])
        for (path, refusal) in refusals {
            let stamp = refusal.stamp
            try database.execute(
                sql: "INSERT INTO refused_file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    dataset.name, Data(path), Int64(bitPattern: stamp.size), stamp.modified.seconds,
                    stamp.modified.nanoseconds, stamp.changed.seconds, stamp.changed.nanoseconds,
                    Int64(bitPattern: stamp.inode), refusal.reason,
                ])
        }
    }
}
