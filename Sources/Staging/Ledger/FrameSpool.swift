import Content
import FoundationEssentials
import GRDB
import Glibc

/// A frame whose body lies in the spool.
public struct SpooledFrame: Hashable, Sendable {
    /// The SHA-256 of the body: its name at the store.
    public let id: ChunkID
    /// Of the body, in bytes.
    public let length: Int
    /// The chunks it carries.
    public let chunks: [ChunkID]
}

extension Staging {
    /// Stores a frame's body. Durable when it returns, so the same bytes go on after a restart. Spooling a frame that is
    /// there already does nothing.
    @discardableResult
    public func spool(frame id: ChunkID, body: UnsafeRawBufferPointer, chunks: [ChunkID]) throws -> SpooledFrame {
        let frame = SpooledFrame(id: id, length: body.count, chunks: chunks)
        let name = CName(id.hex)
        let part = CName(id.hex + ".part")
        let failing = { StagingError.failing(to: "write a frame into \(self.folders.path)/spool", $0) }
        guard
            let file = Descriptor.opening(
                part, in: folders.spool.number, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o600)
        else { throw failing(errno) }
        try writeAll(body, to: file.number, failure: failing)
        guard syncOne(file) else { throw failing(errno) }
        let result = part.withPointer { from in
            name.withPointer { renameat(folders.spool.number, from, folders.spool.number, $0) }
        }
        guard result == 0, syncOne(folders.spool) else { throw failing(errno) }
        var ids: [UInt8] = []
        for chunk in chunks { chunk.append(to: &ids) }
        try write { database in
            try database.execute(
                sql: "INSERT OR IGNORE INTO spooled_frame (id, length, chunks) VALUES (?, ?, ?)",
                arguments: [Data(id.bytes), body.count, Data(ids)])
        }
        return frame
    }

    /// The frames in the spool, oldest first.
    public func spooledFrames() throws -> [SpooledFrame] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT id, length, chunks FROM spooled_frame ORDER BY number").map { row in
                let id: Data = row["id"]
                let chunks: Data = row["chunks"]
                return SpooledFrame(
                    id: try ChunkID(bytes: Array(id)), length: row["length"], chunks: try idList(Array(chunks)))
            }
        }
    }

    /// The frame's body from `offset` on.
    /// - Throws: `StagingError`, `.damaged` if it is not there in its whole length: discard the frame then.
    public func readSpooled(_ frame: SpooledFrame, from offset: Int = 0) throws -> [UInt8] {
        guard let file = Descriptor.opening(CName(frame.id.hex), in: folders.spool.number, O_RDONLY | O_NOFOLLOW),
            let bytes = readExactly(file, at: offset, max(0, frame.length - offset))
        else {
            throw StagingError(
                .damaged, "the frame \(frame.id) is not whole in \(folders.path)/spool; it is made again")
        }
        return bytes
    }

    /// The store has the frame: its chunks are marked and the frame leaves the spool, in one transaction.
    public func frameAcknowledged(_ id: ChunkID) throws {
        try write { database in
            let chunks = try Data.fetchOne(
                database, sql: "SELECT chunks FROM spooled_frame WHERE id = ?", arguments: [Data(id.bytes)])
            guard let chunks else { return }
            try KnownChunks.insert(try idList(Array(chunks)), database)
            try database.execute(sql: "DELETE FROM spooled_frame WHERE id = ?", arguments: [Data(id.bytes)])
        }
        try removeBody(of: id)
    }

    /// The frame will not be sent: it leaves the spool, and nothing is marked.
    public func discardFrame(_ id: ChunkID) throws {
        try write {
            try $0.execute(sql: "DELETE FROM spooled_frame WHERE id = ?", arguments: [Data(id.bytes)])
        }
        try removeBody(of: id)
    }

    func removeBody(of id: ChunkID) throws {
        try FolderRemoval.remove(CName(id.hex), in: folders.spool.number)
    }
}

private func idList(_ bytes: [UInt8]) throws -> [ChunkID] {
    try stride(from: 0, to: bytes.count, by: ChunkID.byteCount).map { start in
        try ChunkID(bytes: Array(bytes[start..<min(bytes.count, start + ChunkID.byteCount)]))
    }
}
