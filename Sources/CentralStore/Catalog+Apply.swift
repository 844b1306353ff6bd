import Content
import FoundationEssentials
import GRDB
import LevelTree
import Wire

/// An item of a pack and where it stands.
struct PlacedItem: Sendable {
    let item: PackItem
    let position: PackPosition
    let length: Int

    var end: PackPosition { PackPosition(pack: position.pack, offset: position.offset + UInt64(length)) }
}

/// What is written beside items, and not told by any pack.
enum PassingFact: Sendable {
    case frameKept(ChunkID, school: Int64, length: UInt64)
    case contact(school: Int64, at: Int64)
    case report(school: Int64, at: Int64, [UInt8])
}

extension Catalog {
    /// Applies items in the order of the packs, and passing facts, in one transaction.
    ///
    /// Depends on nothing but the items, so that a rebuilt catalog is the same. An item may repeat what an earlier one
    /// told: a write that was in doubt was made again.
    /// - Parameter packs: names of the packs that the items stand in, by number.
    func apply(_ items: [PlacedItem], packs: [UInt64: PackID], facts: [PassingFact] = []) throws {
        try write { db in
            for (number, id) in packs {
                let note = try db.cachedStatement(sql: "INSERT OR IGNORE INTO pack (number, id) VALUES (?, ?)")
                try note.execute(arguments: [Int64(number), id.text])
            }
            for placed in items {
                switch placed.item {
                case .block(let block):
                    try apply(block.placed, of: block.owner, content: block.contentLength, placed, db)
                case .damage(let damage) where damage.position == placed.position:
                    // Read anew, it stands in for the block that it tells of.
                    let chunks = damage.chunks.map { (reference: $0.reference, start: $0.start) }
                    try apply(chunks, of: damage.owner, content: damage.content, placed, db)
                case .damage(let damage): try apply(damage, db)
                case .claim(let claim): try apply(claim, db)
                case .record(let record): try apply(record, db)
                }
            }
            if let last = items.last?.end { try setPosition(last, db) }
            for fact in facts { try apply(fact, db) }
        }
    }

    /// How far the packs are applied.
    func position() throws -> PackPosition {
        try read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT pack, offset FROM position") else { return .start }
            return PackPosition(pack: UInt64(row["pack"] as Int64), offset: UInt64(row["offset"] as Int64))
        }
    }

    func setPosition(_ position: PackPosition, _ db: Database) throws {
        let note = try db.cachedStatement(sql: "UPDATE position SET pack = ?, offset = ?")
        try note.execute(arguments: [Int64(position.pack), Int64(position.offset)])
    }

    /// Packs that were applied, in part at least.
    func knownPacks() throws -> [PackID: UInt64] {
        try read { db in
            var packs: [PackID: UInt64] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT number, id FROM pack") {
                guard let id = PackID(row["id"]) else { continue }
                packs[id] = UInt64(row["number"] as Int64)
            }
            return packs
        }
    }

    /// The chunks of a block. What the store has stays where it is, unless it was told to be damaged there.
    private func apply(
        _ chunks: [(reference: ChunkReference, start: Int)], of owner: ChunkOwner, content: Int, _ placed: PlacedItem,
        _ db: Database
    ) throws {
        let find = try db.cachedStatement(sql: "SELECT number, damaged FROM chunk WHERE id = ?")
        let heal = try db.cachedStatement(
            sql: "UPDATE chunk SET block = ?, start = ?, length = ?, damaged = 0 WHERE number = ?")
        let insert = try db.cachedStatement(
            sql: "INSERT INTO chunk (id, block, start, length) VALUES (?, ?, ?, ?)")
        var taker = try Owner(owner, db)
        var blockNumber: Int64?
        for (chunk, start) in chunks {
            let id = chunk.id.databaseValue
            let known = try Row.fetchOne(find, arguments: [id])
            var number: Int64? = known?["number"]
            if known == nil || known?["damaged"] == true {
                if blockNumber == nil { blockNumber = try insertBlock(owner, content, placed, db) }
                if let number {
                    try heal.execute(arguments: [blockNumber, start, chunk.length, number])
                } else {
                    try insert.execute(arguments: [id, blockNumber, start, chunk.length])
                    number = db.lastInsertedRowID
                }
            }
            if let number { try taker.take(number, length: chunk.length, db) }
        }
        try taker.end(db)
    }

    private func insertBlock(
        _ owner: ChunkOwner, _ content: Int, _ placed: PlacedItem, _ db: Database
    ) throws -> Int64 {
        var ownerBytes: [UInt8] = []
        owner.append(to: &ownerBytes)
        let insert = try db.cachedStatement(
            sql: "INSERT INTO block (pack, offset, length, content, owner) VALUES (?, ?, ?, ?, ?)")
        try insert.execute(arguments: [
            Int64(placed.position.pack), Int64(placed.position.offset), placed.length, content,
            ownerBytes.databaseValue,
        ])
        return db.lastInsertedRowID
    }

    private func apply(_ claim: PackClaim, _ db: Database) throws {
        let find = try db.cachedStatement(sql: "SELECT number, length FROM chunk WHERE id = ?")
        var owner = try Owner(claim.owner, db)
        for id in claim.chunks {
            guard let row = try Row.fetchOne(find, arguments: [id.databaseValue]) else {
                throw StoreError(.damaged, "a pack claims the chunk \(id), which stands in no pack before it")
            }
            try owner.take(row["number"], length: row["length"], db)
        }
        try owner.end(db)
    }

    private func apply(_ fact: PassingFact, _ db: Database) throws {
        switch fact {
        case .frameKept(let id, let school, let length):
            let note = try db.cachedStatement(
                sql: "INSERT OR REPLACE INTO kept_frame (id, school, length) VALUES (?, ?, ?)")
            try note.execute(arguments: [id.databaseValue, school, Int64(length)])
        case .contact(let school, let at):
            let note = try db.cachedStatement(sql: "INSERT OR REPLACE INTO contact (school, at) VALUES (?, ?)")
            try note.execute(arguments: [school, at])
        case .report(let school, let at, let report): try keepReport(report, of: school, at: at, db)
        }
    }
}

/// Who takes chunks: a school, into its own and its waiting room; or a seed, for all.
private struct Owner {
    private enum Kind {
        case school(Int64)
        case seed
    }

    private let kind: Kind
    private let bring: Statement
    /// Bytes that a school has brought, and not counted yet.
    private var brought = 0

    init(_ owner: ChunkOwner, _ db: Database) throws {
        switch owner {
        case .school(let id):
            kind = .school(try Catalog.schoolNumber(id, db))
            bring = try db.cachedStatement(sql: "INSERT OR IGNORE INTO brought (school, chunk) VALUES (?, ?)")
        case .seed:
            kind = .seed
            bring = try db.cachedStatement(sql: "UPDATE chunk SET common = 1 WHERE number = ?")
        }
    }

    /// `end` must follow the last one.
    mutating func take(_ chunk: Int64, length: Int, _ db: Database) throws {
        switch kind {
        case .school(let school):
            try bring.execute(arguments: [school, chunk])
            if db.changesCount > 0 { brought += length }
        case .seed: try bring.execute(arguments: [chunk])
        }
    }

    func end(_ db: Database) throws {
        guard case .school(let school) = kind, brought > 0 else { return }
        let count = try db.cachedStatement(sql: "UPDATE school SET pending = pending + ? WHERE number = ?")
        try count.execute(arguments: [brought, school])
    }
}

extension ChunkID {
    var databaseValue: DatabaseValue { bytes.databaseValue }

    /// From a column that only `databaseValue` filled.
    init?(column: DatabaseValue) {
        guard case .blob(let data) = column.storage, let id = try? ChunkID(bytes: [UInt8](data)) else { return nil }
        self = id
    }
}

extension [UInt8] {
    var databaseValue: DatabaseValue { Data(self).databaseValue }
}
