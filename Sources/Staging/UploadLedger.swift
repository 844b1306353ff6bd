import Content
import LevelTree
import Wire

/// A frame whose body lies in the spool.
public struct SpooledFrame: Hashable, Sendable {
    /// The SHA-256 of the body: its name at the store.
    public let id: ChunkID
    /// Of the body, in bytes.
    public let length: Int
    /// The chunks it carries.
    public let chunks: [ChunkID]
}

/// A commit request that was stored and has no answer yet.
public struct PendingCommit: Hashable, Sendable {
    public let sequence: UInt64
    public let dataset: Dataset
    public let year: Year
    /// The request's JSON, to be repeated verbatim.
    public let request: [UInt8]
}

extension Staging {
    // MARK: Chunks that the store has

    /// For each id, whether it is known to be at the store.
    public func knownAtStore(_ ids: [ChunkID]) throws -> [Bool] { [] }

    /// Records that the store has these. Durable.
    public func markAtStore(_ ids: [ChunkID]) throws {}

    /// Takes that back: the store said that it misses them.
    public func forgetAtStore(_ ids: [ChunkID]) throws {}

    // MARK: Frames

    /// Stores a frame's body. Durable when it returns, so the same bytes go on after a restart.
    @discardableResult
    public func spool(frame id: ChunkID, body: UnsafeRawBufferPointer, chunks: [ChunkID]) throws -> SpooledFrame {
        throw StagingError(.io, "not there yet")
    }

    /// The frames in the spool, oldest first.
    public func spooledFrames() throws -> [SpooledFrame] { [] }

    /// The frame's body from `offset` on.
    public func readSpooled(_ frame: SpooledFrame, from offset: Int = 0) throws -> [UInt8] { [] }

    /// The store has the frame: its chunks are marked and the frame leaves the spool, in one transaction.
    public func frameAcknowledged(_ id: ChunkID) throws {}

    /// The frame will not be sent: it leaves the spool, and nothing is marked.
    public func discardFrame(_ id: ChunkID) throws {}

    // MARK: Commits

    /// Where the store's history of this dataset and year stands; the parent of the next commit.
    public func head(_ dataset: Dataset, year: Year) throws -> Head? { nil }

    public func heads() throws -> [Head] { [] }

    /// Records what enrolment or `hello` named.
    public func setHead(_ head: Head) throws {}

    /// Stores a commit request, durably, before it is sent. Until it is answered the generation stays as it is.
    public func recordCommit(of generation: Generation, request: [UInt8]) throws {}

    /// The requests that have no answer yet, oldest first.
    public func pendingCommits() throws -> [PendingCommit] { [] }

    /// The store answered that it will not have the commit: it is no longer in doubt.
    public func withdrawCommit(_ sequence: UInt64) throws {}

    /// The receipt came: in one transaction the generation becomes the acknowledged one, the head moves on to its
    /// snapshot, the commit is no longer pending, and what only the receipt held back is let go.
    public func acknowledge(_ receipt: Receipt) throws {}

    /// The last receipt of this dataset and year.
    public func receipt(_ dataset: Dataset, year: Year) throws -> Receipt? { nil }

    /// A new enrolment: another store, or another installation at the same one. What was known of the store's content,
    /// heads and spooled frames is dropped; generations stay, and all current ones become pending again.
    public func startAnew(heads: [Head]) throws {}
}
