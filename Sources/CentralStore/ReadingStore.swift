import Content
import GRDB
import LevelTree

/// A store as commands look at it beside the running service: history and content as the catalog knows them at each
/// call. Takes no lock, changes nothing, and never reads a byte of a pack that the catalog has not applied.
public final class ReadingStore: Sendable {
    private let paths: StorePaths
    private let limits: StoreLimits
    private let catalog: Catalog
    private let storage: any PackStorage
    private let directory = PackDirectory()
    private let reader: ChunkReader

    /// - Throws: `StoreError`: `noCatalog` where there is none.
    public init(at directory: String, limits: StoreLimits = StoreLimits()) throws {
        paths = StorePaths(data: directory)
        self.limits = limits
        guard exists(paths.catalog) else {
            throw StoreError(
                .noCatalog, "there is no catalog in \(directory); clix-store rebuild makes it anew from the packs")
        }
        catalog = try Catalog(reading: paths.catalog)
        storage = try PackFiles(folder: paths.packs)
        reader = ChunkReader(storage: storage, directory: self.directory, catalog: catalog)
        try learnPacks()
    }

    /// When a school was last heard from is known to the running service first, and here a little later.
    public func schools() throws -> [SchoolSummary] { try glance.schools() }

    /// A school by its server id, or by its folder's name `code-id`.
    /// - Throws: `StoreError` with code `notFound`.
    public func school(named text: String) throws -> SchoolSummary { try glance.school(named: text) }

    public func status() throws -> StoreStatus {
        try learnPacks()
        return try glance.status()
    }

    /// What was declared common, oldest first.
    public func seeds() throws -> [SeedRecord] {
        try catalog.read { db in
            try Row.fetchAll(db, sql: "SELECT name, files, bytes, at FROM seed ORDER BY at").map { row in
                SeedRecord(
                    name: row["name"], files: UInt64(row["files"] as Int64), bytes: UInt64(row["bytes"] as Int64),
                    at: row["at"])
            }
        }
    }

    private var glance: StoreGlance {
        StoreGlance(
            paths: paths, catalog: catalog, directory: directory,
            quietBefore: StoreOptions.systemClock() - limits.quietAfter, contacts: [:])
    }

    /// Learns of the packs that the catalog knows by now. What it says of snapshots must be read before: then every pack
    /// that they need is known after.
    private func learnPacks() throws {
        let applied = try catalog.position()
        for (id, number) in try catalog.knownPacks() {
            // Behind the catalog's position the service may be writing at this moment. A pack that is not there is
            // told by whoever needs it.
            let end = number == applied.pack ? applied.offset : (try? storage.length(of: id)) ?? 0
            directory.set(.init(id: id, number: number, end: end))
        }
    }
}

extension ReadingStore: SnapshotSource {
    public func snapshots(school: ServerID, dataset: Dataset?, year: Year?) throws -> [SnapshotRecord] {
        let found = try catalog.snapshots(school: school, dataset: dataset, year: year)
        try learnPacks()
        return found
    }

    public func currentSnapshots() throws -> [SnapshotRecord] {
        let found = try catalog.currentSnapshots()
        try learnPacks()
        return found
    }

    public func forEachEntry(of snapshot: SnapshotRecord, _ body: (ManifestEntry) throws -> Void) throws {
        var entries = ManifestReader(snapshot.effective, reader, entryBytes: limits.manifestEntryBytes)
        try entries.forEachEntry(of: snapshot, body)
    }

    public func withChunk<R>(_ id: ChunkID, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        try reader.withChunk(id, body)
    }
}

extension ReadingStore: StorageInspection {
    public func inspectStorage(_ report: (String) -> Void) throws {
        try learnPacks()
        try PackInspection.all(storage, directory, catalog, report)
    }

    public func inspectChunks(
        _ isWanted: (ChunkID) -> Bool, _ body: (InspectedBlock) throws -> Void
    ) throws {
        try ChunkInspection(storage: storage, directory: directory, catalog: catalog)
            .run(isWanted, learn: learnPacks, body)
    }
}

/// A folder whose content was declared common.
public struct SeedRecord: Codable, Hashable, Sendable {
    public let name: String
    public let files: UInt64
    public let bytes: UInt64
    /// Milliseconds since 1970.
    public let at: Int64
}
