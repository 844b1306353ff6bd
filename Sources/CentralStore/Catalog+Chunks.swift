import Content
import GRDB

/// What a school may know of a chunk.
enum ChunkStanding: Hashable, Sendable {
    /// It may use it: common, or its own.
    case usable(length: Int)
    /// For this school there is no such chunk, whoever has it; or its bytes are damaged and must come again.
    case missing
}

extension Catalog {
    func place(of id: ChunkID) throws -> ChunkPlace? { try places(of: [id])[0] }

    /// Where each of these chunks lies, in their order; nil for one that no pack has.
    func places(of ids: [ChunkID]) throws -> [ChunkPlace?] {
        try read { db in
            let find = try db.cachedStatement(
                sql: """
                    SELECT block.pack, block.offset, block.length, block.content, chunk.start,
                        chunk.length AS chunk_length
                    FROM chunk JOIN block ON block.number = chunk.block WHERE chunk.id = ?
                    """)
            return try ids.map { id in
                try Row.fetchOne(find, arguments: [id.databaseValue]).map { row in
                    ChunkPlace(
                        block: BlockPlace(
                            pack: UInt64(row["pack"] as Int64), offset: UInt64(row["offset"] as Int64),
                            length: row["length"], content: row["content"]),
                        start: row["start"], length: row["chunk_length"])
                }
            }
        }
    }

    /// The chunks that lie in the same block as this one, itself among them, and where in the block's content; none for a
    /// chunk that no pack has.
    func neighbours(of id: ChunkID) throws -> [ChunkID: ChunkSpan] {
        try read { db in
            let find = try db.cachedStatement(
                sql: """
                    SELECT chunk.id, chunk.start, chunk.length
                    FROM chunk AS one JOIN chunk ON chunk.block = one.block WHERE one.id = ?
                    """)
            let rows = try Row.fetchCursor(find, arguments: [id.databaseValue])
            var neighbours: [ChunkID: ChunkSpan] = [:]
            while let row = try rows.next() {
                guard let id = ChunkID(column: row[0]) else { continue }
                neighbours[id] = ChunkSpan(start: row[1], length: row[2])
            }
            return neighbours
        }
    }

    /// What a school may know of each of these chunks, in their order.
    func standings(_ ids: [ChunkID], school: Int64) throws -> [ChunkStanding] {
        try read { db in
            let find = try db.cachedStatement(
                sql: """
                    SELECT length FROM chunk WHERE id = ? AND damaged = 0 AND (common = 1 OR EXISTS (
                        SELECT 1 FROM brought WHERE brought.school = ? AND brought.chunk = chunk.number))
                    """)
            return try ids.map { id in
                let length = try Int.fetchOne(find, arguments: [id.databaseValue, school])
                return length.map { .usable(length: $0) } ?? .missing
            }
        }
    }

    /// For each prefix, whether no chunk that a school may use begins with it.
    func areMissing(prefixes: [UInt64], school: Int64) throws -> [Bool] {
        try read { db in
            let find = try db.cachedStatement(
                sql: """
                    SELECT 1 FROM chunk WHERE id >= ? AND id < ? AND damaged = 0 AND (common = 1 OR EXISTS (
                        SELECT 1 FROM brought WHERE brought.school = ? AND brought.chunk = chunk.number)) LIMIT 1
                    """)
            return try prefixes.map { prefix in
                let first = withUnsafeBytes(of: prefix.bigEndian) { Array($0) }
                // Nine bytes of 0xff sort behind every id that begins with eight of them.
                let (next, overflow) = prefix.addingReportingOverflow(1)
                let end =
                    overflow
                    ? [UInt8](repeating: 0xff, count: ChunkID.byteCount + 1)
                    : withUnsafeBytes(of: next.bigEndian) { Array($0) }
                let found = try Int.fetchOne(find, arguments: [first.databaseValue, end.databaseValue, school])
                return found == nil
            }
        }
    }

    /// Which of these chunks the store has and does not know to be damaged, whoever brought them: for the store's own
    /// decisions, never for an answer.
    func stored(_ ids: [ChunkID]) throws -> Set<ChunkID> {
        try read { db in
            let find = try db.cachedStatement(sql: "SELECT 1 FROM chunk WHERE id = ? AND damaged = 0")
            return Set(try ids.filter { try Int.fetchOne(find, arguments: [$0.databaseValue]) != nil })
        }
    }

    /// Which of these chunks are common.
    func common(_ ids: [ChunkID]) throws -> Set<ChunkID> {
        try read { db in
            let find = try db.cachedStatement(sql: "SELECT 1 FROM chunk WHERE id = ? AND common = 1")
            return Set(try ids.filter { try Int.fetchOne(find, arguments: [$0.databaseValue]) != nil })
        }
    }

    /// Whether any chunk is common.
    func hasCommon() throws -> Bool {
        try read { try Int.fetchOne($0, sql: "SELECT 1 FROM chunk WHERE common = 1 LIMIT 1") != nil }
    }

    /// The length of a frame that is kept already.
    func keptFrame(_ id: ChunkID, school: Int64) throws -> UInt64? {
        try ask { db in
            let find = try db.cachedStatement(sql: "SELECT length FROM kept_frame WHERE id = ? AND school = ?")
            return try Int64.fetchOne(find, arguments: [id.databaseValue, school])
        }.map(UInt64.init)
    }
}
