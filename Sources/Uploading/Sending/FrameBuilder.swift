import Content
import Staging

/// Makes the bytes of planned frames: reads, checks, compresses. One buffer for the raw content serves all of them, and
/// one for what they lean on.
final class FrameBuilder {
    private let encoder: FrameEncoder
    private var content: [UInt8] = []
    private var base: [UInt8] = []

    init() throws {
        encoder = try FrameEncoder()
    }

    struct Frame {
        /// SHA-256 of the body: the frame's name at the store.
        let id: ChunkID
        let body: [UInt8]
        let chunks: [ChunkID]
        /// Whether it leans on a base.
        let hasBase: Bool
    }

    /// - Parameters:
    ///   - reader: of the generation that the plan's entries belong to; it checks every chunk's hash.
    ///   - former: of the generation that the plan's base belongs to. If that cannot be read, the frame does without.
    ///   - isLinkFast: whether the link moves in less time what could be saved than it would take to save it.
    func build(
        _ plan: PlannedFrame, reader: ContentReader, former: ContentReader? = nil, isLinkFast: Bool = false
    ) throws -> Frame {
        FrameBuilder.makeRoom(for: plan.contentLength, in: &content)
        for chunk in plan.chunks { try read(chunk.origin, reader, into: &content) }
        let hasBase = readBase(plan, former)
        // What leans on a base is little, and most of it is found there.
        let level = plan.isBulk ? FrameLevel.bulk : isLinkFast && !hasBase ? FrameLevel.quick : FrameLevel.thorough
        let body = try content.withUnsafeBytes { bytes in
            try base.withUnsafeBytes { prefix in
                try encoder.encode(
                    content: bytes, chunkLengths: plan.chunks.map(\.reference.length),
                    base: hasBase ? plan.base.map(\.reference.id) : [], baseContent: hasBase ? prefix : nil,
                    level: level)
            }
        }
        return Frame(
            id: ChunkID(hashing: body), body: body, chunks: plan.chunks.map(\.reference.id), hasBase: hasBase)
    }

    /// - Returns: false if there is none. The former generation may have been let go meanwhile, or a copy of it be damaged:
    ///   neither is a reason not to send.
    private func readBase(_ plan: PlannedFrame, _ former: ContentReader?) -> Bool {
        guard !plan.base.isEmpty else { return false }
        FrameBuilder.makeRoom(for: plan.baseLength, in: &base)
        do {
            for chunk in plan.base { try read(chunk.origin, former, into: &base) }
            return true
        } catch {
            return false
        }
    }

    private func read(_ origin: ChunkOrigin, _ reader: ContentReader?, into buffer: inout [UInt8]) throws {
        switch origin {
        case .entry(let entry, let index):
            guard let reader else { throw NoReader() }
            try reader.append(chunk: index, of: entry, to: &buffer)
        case .manifest(let bytes): buffer.append(contentsOf: bytes)
        }
    }

    private struct NoReader: Error {}

    /// Growing by doubling would take twice the room, and copying three times, for a chunk that is larger than a frame. What
    /// such a chunk took is given back with the next frame that needs less.
    private static func makeRoom(for length: Int, in buffer: inout [UInt8]) {
        buffer.removeAll(keepingCapacity: true)
        let wanted = max(length, FrameLimits.usualContent)
        guard buffer.capacity < length || buffer.capacity > wanted + wanted / 2 else { return }
        buffer = []
        buffer.reserveCapacity(wanted)
    }
}
