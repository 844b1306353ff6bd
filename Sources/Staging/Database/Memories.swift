import FoundationEssentials
import GRDB
import LevelTree

/// What collectors want to know at their next pass.
enum Memories {
    static func last(_ dataset: Dataset, _ database: Database) throws -> CollectorMemory? {
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT year, bytes FROM memory WHERE dataset = ?", arguments: [dataset.name])
        else { return nil }
        let bytes: Data = row["bytes"]
        return CollectorMemory(year: try Year(row["year"]), bytes: Array(bytes))
    }

    /// Writes only what differs: most passes find nothing new.
    static func record(_ memory: CollectorMemory, _ dataset: Dataset, _ database: Database) throws {
        guard try last(dataset, database) != memory else { return }
        try database.execute(
            sql: "INSERT OR REPLACE INTO memory VALUES (?, ?, ?)",
            arguments: [dataset.name, memory.year.number, Data(memory.bytes)])
    }
}

extension Staging {
    /// What the collector of this dataset wanted to know now, when its last generation was published; nil if nothing was.
    /// - Throws: `StagingError` if the database cannot be read.
    public func memory(of dataset: Dataset) throws -> CollectorMemory? {
        try read { try Memories.last(dataset, $0) }
    }
}
