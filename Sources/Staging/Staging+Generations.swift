import Content
import LevelTree

extension Staging {
    /// The generation of each dataset and year that the tree shows, by year, then in the order of sending.
    public func currentGenerations() throws -> [Generation] { [] }

    /// What the store has no receipt for: by priority, then year, then sequence. Of one dataset and year the earlier
    /// must be committed before the later.
    public func pendingGenerations() throws -> [Generation] { [] }

    /// Nil if there is none of this number, or it was let go.
    public func generation(_ sequence: UInt64) throws -> Generation? { nil }

    /// The last acknowledged generation, whose content is still here: the base for deltas. Nil before the first receipt.
    public func acknowledgedGeneration(_ dataset: Dataset, year: Year) throws -> Generation? { nil }

    /// The generation's files, streamed in manifest order.
    /// - Throws: `StagingError`, `.generationGone` if it was let go; whatever `body` throws.
    public func forEachEntry(of generation: Generation, _ body: (StagedEntry) throws -> Void) throws {}

    /// The generation's manifest, cut into its chunks, in order. The bytes are valid only during the call. The same
    /// generation always gives the same chunks.
    public func forEachManifestChunk(
        of generation: Generation, _ body: (ChunkID, UnsafeRawBufferPointer) throws -> Void
    ) throws {}

    /// Reads the content of a generation's files, chunk by chunk. Not to be shared between threads.
    /// - Throws: `StagingError`, `.generationGone` if it was let go.
    public func contentReader(of generation: Generation) throws -> ContentReader {
        throw StagingError(.io, "not there yet")
    }

    /// The absolute path at which a person finds the content of the entry.
    public func location(of entry: StagedEntry, in generation: Generation) throws -> [UInt8] { [] }

    /// The last sequence number given out. If the store knows a higher one, this machine was restored or cloned.
    public func lastSequence() throws -> UInt64 { 0 }

    /// Takes the next sequence number, durably: it is never given out again.
    public func takeSequence() throws -> UInt64 { throw StagingError(.io, "not there yet") }

    /// How much of the disk staging takes, and how much is left.
    public func diskUse() throws -> DiskUse { throw StagingError(.io, "not there yet") }
}

/// In bytes.
public struct DiskUse: Hashable, Sendable {
    /// What the staged content and the spool take.
    public var used: UInt64
    public var budget: UInt64
    /// What is free on the disk, and what of it must stay free.
    public var free: UInt64
    public var keepFree: UInt64

    /// Whether collecting has stopped for want of room.
    public var isAboveHighWater: Bool { used >= budget || free < keepFree }
}

/// Reads the content of one generation's files.
///
/// Staged copies are read from staging; files taken by reference from the source, where size, times and inode must
/// still be those that were hashed. Every chunk's hash is checked.
public final class ContentReader {
    /// Appends the content of the entry's chunk `index` to `bytes`.
    /// - Throws: `StagingError`: `.sourceChanged` if the source is no longer what was hashed (`bytes` is as before),
    ///   `.generationGone` if the generation was let go meanwhile, `.damaged` if a staged copy is not what was hashed.
    public func append(chunk index: Int, of entry: StagedEntry, to bytes: inout [UInt8]) throws {}
}
