import Content
import LevelTree
import Wire

extension CentralStore {
    /// What `HEAD /v1/frames/<id>` answers.
    public func frameState(_ frame: ChunkID, for installation: AuthenticatedInstallation) throws -> FrameState {
        if let length = try catalog.keptFrame(frame, school: installation.schoolNumber) { return .kept(length) }
        return spools.length(frame, installation.installation).map { .partial($0) } ?? .unknown
    }

    /// Opens a frame for writing at `offset`; nil for a frame that is kept already (success, not work).
    /// - Throws: `StoreError`: `offsetMismatch` with the offset that is right, `overBudget`, `busy`.
    public func openFrame(
        _ frame: ChunkID, at offset: UInt64, for installation: AuthenticatedInstallation
    ) throws -> FrameUpload? {
        guard try catalog.keptFrame(frame, school: installation.schoolNumber) == nil else { return nil }
        try checkBudget(installation, adding: 0)
        return try FrameUpload(self, frame, installation, at: offset)
    }

    /// Verifies a whole frame and makes its chunks durable, as this school's own.
    ///
    /// A chunk that another school has is taken like a new one, is stored once, and belongs to both then.
    func keepFrame(
        _ frame: ChunkID, from installation: AuthenticatedInstallation, body: () throws -> [UInt8]
    ) throws {
        // The enrolment may have ended while the bytes came.
        _ = try authenticate(installation.tokenHash)
        let submission = try decodeSlots.withSlot {
            let bytes = try body()
            guard ChunkID(hashing: bytes) == frame else {
                throw StoreError(
                    .frameMismatch,
                    "the frame's \(bytes.count) bytes do not have the SHA-256 that it is named by; "
                        + "it was changed on its way and must be sent again from its start")
            }
            let items = try items(of: bytes, installation)
            let fact = PassingFact.frameKept(frame, school: installation.schoolNumber, length: UInt64(bytes.count))
            // What leaves the slot is what goes to the disk, and no other copy of the frame.
            return try Submission(items, facts: [fact] + newContacts())
        }
        // Outside of the slot, so that more frames than are decoded at once can share an fsync.
        try journal.keep(submission)
    }

    private func items(of body: [UInt8], _ installation: AuthenticatedInstallation) throws -> [PackItem] {
        let decoded: DecodedFrame
        do {
            decoded = try body.withUnsafeBytes { bytes in
                try FrameDecoder().decode(bytes, limits: options.limits.frame) { try base($0, installation) }
            }
        } catch let problem as ContentProblem {
            let code: StoreError.Code = problem.code == .tooLarge ? .contentTooLarge : .frameMalformed
            throw StoreError(code, problem.message)
        }
        try checkBudget(installation, adding: UInt64(decoded.content.count))
        return try FrameSorting(catalog: catalog, copies: storedCopies, installation: installation)
            .items(decoded, body: body)
    }

    /// The content that a frame leans on.
    private func base(_ ids: [ChunkID], _ installation: AuthenticatedInstallation) throws -> [UInt8] {
        var total = 0
        for standing in try catalog.standings(ids, school: installation.schoolNumber) {
            guard case .usable(let length) = standing else {
                throw StoreError(
                    .baseGone,
                    "the frame leans on chunks that this store does not have from this school; send the content "
                        + "without a base")
            }
            total += length
        }
        guard total <= options.limits.frame.maxBase else {
            throw StoreError(
                .contentTooLarge,
                "the frame's base has \(total) bytes; at most \(options.limits.frame.maxBase) are taken")
        }
        do {
            guard let content = try reader.joined(ids, blocks: options.limits.baseBlocks) else {
                throw StoreError(
                    .baseGone,
                    "the frame leans on chunks that lie in more than \(options.limits.baseBlocks) places of this store, "
                        + "which is the most that is read for one frame; send the content without a base")
            }
            return content
        } catch let error as StoreError where error.code == .damaged {
            throw StoreError(
                .baseGone,
                "the frame leans on a chunk that is damaged at this store (\(error.message)); send the content without a "
                    + "base")
        }
    }

    private func checkBudget(_ installation: AuthenticatedInstallation, adding bytes: UInt64) throws {
        let pending = try knownSchool(installation.school).pending
        guard pending + bytes <= options.limits.pendingBytes else {
            throw StoreError(
                .overBudget,
                "this school has sent \(pending) bytes that belong to no snapshot yet, of "
                    + "\(options.limits.pendingBytes) that "
                    + "it may; it must commit a dataset first, or the operator must look why it does not",
                retryAfterSeconds: 3600)
        }
    }
}

/// Decides how a frame's chunks are stored.
struct FrameSorting {
    let catalog: Catalog
    let copies: StoredCopies
    let installation: AuthenticatedInstallation

    /// Neighbours mostly share a block. This bounds what a frame of chunks from everywhere costs: half a second.
    private static let blocksReadBack = 128

    /// A chunk that is stored already is dropped only after the stored copy was read back: bytes that come again are the
    /// cure for damage. That costs little, because a school sends again what it was told to be missing, and no more.
    func items(_ frame: DecodedFrame, body: [UInt8]) throws -> [PackItem] {
        var seen: Set<ChunkID> = []
        let chunks = frame.chunks.filter { seen.insert($0.id).inserted }
        let ids = chunks.map(\.id)
        let stored = try copies.look(at: ids, blocks: FrameSorting.blocksReadBack)
        let new = chunks.filter { !stored.intact.contains($0.id) }
        let owner = ChunkOwner.school(installation.school)
        let newBytes = new.reduce(0) { $0 + $1.range.count }
        // Mostly new, and no bigger than a block may be: then the school's own compression serves as it is.
        if !frame.hasBase, frame.content.count <= BlockCodec.longestKept, newBytes >= frame.content.count / 4 * 3,
            newBytes > 0, chunks.count == frame.chunks.count
        {
            let references = chunks.map { ChunkReference(id: $0.id, length: $0.range.count) }
            return stored.damage + [
                .block(PackBlock(owner: owner, chunks: references, compressed: body[frame.payload]))
            ]
        }
        return try stored.damage + claims(ids.filter(stored.intact.contains), owner) + blocks(new, frame, owner)
    }

    private func blocks(
        _ chunks: [(id: ChunkID, range: Range<Int>)], _ frame: DecodedFrame, _ owner: ChunkOwner
    ) throws -> [PackItem] {
        var maker = BlockMaker(owner: owner)
        try frame.content.withUnsafeBytes { content in
            for chunk in chunks { try maker.append(chunk.id, UnsafeRawBufferPointer(rebasing: content[chunk.range])) }
        }
        return try maker.take(all: true)
    }

    /// Chunks that others brought before become this school's as well; what it may use already needs no word.
    private func claims(_ ids: [ChunkID], _ owner: ChunkOwner) throws -> [PackItem] {
        let standings = try catalog.standings(ids, school: installation.schoolNumber)
        let claimed = zip(ids, standings).filter { $0.1 == .missing }.map(\.0)
        return claimed.isEmpty ? [] : [.claim(PackClaim(owner: owner, chunks: claimed))]
    }
}
