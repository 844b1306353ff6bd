import Content
import FoundationEssentials
import GRDB

/// Where a block begins, as reports and commands name it.
public struct BlockAddress: Hashable, Codable, Sendable {
    /// The pack's number.
    public let pack: UInt64
    public let offset: UInt64
}

/// A block as the catalog knows it.
struct StoredBlock: Sendable {
    struct Chunk: Sendable {
        let reference: ChunkReference
        /// In the block's content.
        let start: Int
        let isCommon: Bool
        let isDamaged: Bool
    }

    let number: Int64
    let place: BlockPlace
    /// Nil for a block that an older version took.
    let owner: ChunkOwner?
    /// Those that are read from here, in the order of the content.
    let chunks: [Chunk]
    /// Whether a pack tells that it is damaged, in part at least.
    let isNoted: Bool

    var address: BlockAddress { BlockAddress(pack: place.pack, offset: place.offset) }
}

extension Catalog {
    /// Blocks in the order in which they came, with their chunks.
    func blocks(after number: Int64, limit: Int) throws -> [StoredBlock] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM block WHERE number > ? ORDER BY number LIMIT ?", arguments: [number, limit]
            ).map { try Catalog.block($0, db) }
        }
    }

    func block(at address: BlockAddress) throws -> StoredBlock? {
        try read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM block WHERE pack = ? AND offset = ?",
                arguments: [Int64(address.pack), Int64(address.offset)]
            ).map { try Catalog.block($0, db) }
        }
    }

    private static func block(_ row: Row, _ db: Database) throws -> StoredBlock {
        let number: Int64 = row["number"]
        let find = try db.cachedStatement(
            sql: "SELECT id, start, length, common, damaged FROM chunk WHERE block = ? ORDER BY start")
        let owner: [UInt8] = [UInt8](row["owner"] as Data)
        return StoredBlock(
            number: number,
            place: BlockPlace(
                pack: UInt64(row["pack"] as Int64), offset: UInt64(row["offset"] as Int64), length: row["length"],
                content: row["content"]),
            owner: owner.withUnsafeBytes { bytes in
                var reader = PackBytes(bytes)
                return ChunkOwner(&reader)
            },
            chunks: try Row.fetchAll(find, arguments: [number]).compactMap { row in
                ChunkID(column: row["id"]).map { id in
                    StoredBlock.Chunk(
                        reference: ChunkReference(id: id, length: row["length"]), start: row["start"],
                        isCommon: row["common"], isDamaged: row["damaged"])
                }
            }, isNoted: row["damaged"])
    }

    /// Lengths of the blocks in a pack that were told to be damaged, by their offset.
    func damagedBlocks(pack: UInt64) throws -> [UInt64: Int] {
        try read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT offset, length FROM block WHERE pack = ? AND damaged = 1", arguments: [Int64(pack)])
            return Dictionary(
                rows.map { (UInt64($0["offset"] as Int64), $0["length"]) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// Whether any chunk waits for good bytes.
    func hasDamage() throws -> Bool {
        try read { try Int.fetchOne($0, sql: "SELECT 1 FROM chunk WHERE damaged = 1 LIMIT 1") != nil }
    }

    /// Which of these an owner has, with these lengths, in whatever state.
    func has(_ chunks: [ChunkReference], _ owner: ChunkOwner) throws -> Set<ChunkID> {
        try read { db in
            let find = try db.cachedStatement(
                sql: """
                    SELECT 1 FROM chunk WHERE id = ? AND length = ? AND (CASE WHEN ?3 IS NULL THEN common = 1 ELSE
                        EXISTS (SELECT 1 FROM brought WHERE school = ?3 AND chunk = chunk.number) END)
                    """)
            let school: Int64? = if case .school(let id) = owner { try Catalog.schoolNumber(id, db) } else { nil }
            return Set(
                try chunks.filter {
                    try Int.fetchOne(find, arguments: [$0.id.databaseValue, $0.length, school]) != nil
                }.map(\.id))
        }
    }

    /// Applies what a pack tells of an earlier block; part of `apply(_:packs:facts:)`.
    func apply(_ damage: PackDamage, _ db: Database) throws {
        let number = try Int64.fetchOne(
            db, sql: "SELECT number FROM block WHERE pack = ? AND offset = ?",
            arguments: [Int64(damage.position.pack), Int64(damage.position.offset)])
        guard let number else { return }
        try db.execute(sql: "UPDATE block SET damaged = 1 WHERE number = ?", arguments: [number])
        // What lies elsewhere by now was brought again in the meantime.
        let mark = try db.cachedStatement(sql: "UPDATE chunk SET damaged = 1 WHERE id = ? AND block = ?")
        for chunk in damage.chunks where chunk.isDamaged {
            try mark.execute(arguments: [chunk.reference.id.databaseValue, number])
        }
        // A frame that brought them must be taken, and not be known already, when it comes again.
        try db.execute(sql: "DELETE FROM kept_frame")
    }
}
