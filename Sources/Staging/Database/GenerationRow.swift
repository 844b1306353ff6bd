import Content
import FoundationEssentials
import GRDB
import LevelTree
import Wire

/// A generation as the database has it.
struct GenerationRow {
    var generation: Generation
    /// The folders it was collected from.
    var origins: [SourceOrigin]
    /// Of its content: a folder, or the symlink of a set taken by reference.
    var contentInode: UInt64
    /// Where the tree shows it while it is current; relative to `tree/`. For datasets of single files, their folder.
    var treePath: [UInt8]
    var isCurrent: Bool
    var isDropped = false
    /// Its accumulated content is not in the next generation, so that one may not replace it.
    var mustBeSent = false
    /// A staged copy was found damaged or gone: the next pass reads everything anew.
    var isDistrusted = false

    var sequence: UInt64 { generation.sequence }
}

/// A place that a dataset was collected from.
struct SourceOrigin: Hashable, Codable {
    var path: String
    /// `st_dev` of a folder; nil for a single file.
    var device: UInt64?
    /// The prefix of its entries in the dataset, with its slash.
    var prefix: String

    init(path: [UInt8], device: UInt64?, under: RelativePath?) {
        self.path = hexText(path)
        self.device = device
        prefix = hexText(under.map { $0.bytes + [UInt8(ascii: "/")] } ?? [])
    }

    /// JSON cannot hold raw bytes, and paths are raw.
    var pathBytes: [UInt8] { bytes(fromHex: path) ?? [] }
    var prefixBytes: [UInt8] { bytes(fromHex: prefix) ?? [] }
}

extension [SourceOrigin] {
    /// What the tree's symlink of a set taken by reference leads to: the first that is a place on the disk.
    var referencedFolder: [UInt8] { lazy.map(\.pathBytes).first { !$0.isEmpty } ?? [UInt8(ascii: "/")] }
}

extension GenerationDraft {
    /// Ends a draft that was made of this row's state.
    ///
    /// - Parameters:
    ///   - filing: when that state was collected, and its year.
    ///   - shortfalls: what the draft lacks; nil: what the row's generation does.
    /// - Returns: the row of what takes its place.
    func finish(
        inPlaceOf row: GenerationRow, as filing: Filing, shortfalls: [Shortfall]? = nil, of identity: SchoolIdentity
    ) throws -> GenerationRow {
        let before = row.generation
        let shortfalls = shortfalls ?? before.shortfalls
        let inode = try finish(reference: before.isByReference ? row.origins.referencedFolder : nil)
        let started = filing.startedMilliseconds
        let generation = Generation(
            sequence: sequence, dataset: before.dataset, year: filing.year,
            outcome: shortfalls.isEmpty ? before.outcome : .partial, files: files, bytes: bytes,
            startedMilliseconds: started,
            finishedMilliseconds: started + before.finishedMilliseconds - before.startedMilliseconds,
            isClockTrusted: filing.isCertain, shortfalls: shortfalls, sourceIsPartial: before.sourceIsPartial,
            reserve: reserve)
        return GenerationRow(
            generation: generation, origins: row.origins, contentInode: inode,
            treePath: try treePath(of: before.dataset, filing.year, identity), isCurrent: true)
    }
}

extension GenerationRow {
    static let columns = """
        sequence, dataset, year, state, outcome, files, bytes, started, finished, clock_trusted, shortfalls, \
        source_is_partial, origins, content_inode, tree_path, is_current, must_be_sent, is_distrusted, \
        held_boot, held_seconds, reserve
        """

    init(_ row: Row) throws {
        let state: String = row["state"]
        let origins: Data = row["origins"]
        let treePath: Data = row["tree_path"]
        generation = try Generation(row)
        self.origins = try WireCoding.decode([SourceOrigin].self, from: Array(origins))
        contentInode = UInt64(bitPattern: row["content_inode"])
        self.treePath = Array(treePath)
        isCurrent = row["is_current"]
        isDropped = state == GenerationRow.dropped
        mustBeSent = row["must_be_sent"]
        isDistrusted = row["is_distrusted"]
    }

    static let dropped = "dropped"

    func insert(_ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO generation (\(GenerationRow.columns))
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                Int64(bitPattern: sequence), generation.dataset.name, generation.year.number,
                isDropped ? GenerationRow.dropped : generation.state.rawValue, generation.outcome.rawValue,
                Int64(bitPattern: generation.files), Int64(bitPattern: generation.bytes),
                generation.startedMilliseconds, generation.finishedMilliseconds, generation.isClockTrusted,
                Data(try WireCoding.encode(generation.shortfalls)), generation.sourceIsPartial,
                Data(try WireCoding.encode(origins)), Int64(bitPattern: contentInode), Data(treePath), isCurrent,
                mustBeSent, isDistrusted, generation.held?.bootID, generation.held?.bootSeconds,
                Int64(bitPattern: generation.reserve),
            ])
    }
}

extension Generation {
    /// What a row tells of the generation itself.
    init(_ row: Row) throws {
        guard let dataset = Dataset(name: row["dataset"]), let outcome = Outcome(rawValue: row["outcome"]) else {
            throw StagingError(
                .unusable,
                "the local database names a dataset or outcome that this version of the program does not know")
        }
        let state: String = row["state"]
        let shortfalls: Data = row["shortfalls"]
        self.init(
            sequence: UInt64(bitPattern: row["sequence"]), dataset: dataset, year: try Year(row["year"]),
            outcome: outcome, files: UInt64(bitPattern: row["files"]), bytes: UInt64(bitPattern: row["bytes"]),
            startedMilliseconds: row["started"], finishedMilliseconds: row["finished"],
            isClockTrusted: row["clock_trusted"], shortfalls: try Generation.shortfalls(shortfalls),
            sourceIsPartial: row["source_is_partial"],
            state: state == Generation.State.acknowledged.rawValue ? .acknowledged : .pending,
            held: (row["held_boot"] as String?).map { HeldMoment(bootID: $0, bootSeconds: row["held_seconds"]) },
            reserve: UInt64(bitPattern: row["reserve"]))
    }

    /// Most have none, and an upload reads them after each frame.
    private static func shortfalls(_ json: Data) throws -> [Shortfall] {
        json.elementsEqual("[]".utf8) ? [] : try WireCoding.decode([Shortfall].self, from: Array(json))
    }
}
