import Content
import Staging

/// Where a chunk's bytes are.
enum ChunkOrigin {
    case entry(StagedEntry, index: Int)
    /// A piece of a manifest: small, and held.
    case manifest([UInt8])
}

/// One chunk that the store lacks.
struct NeededChunk {
    let reference: ChunkReference
    let origin: ChunkOrigin
    /// What it is compressed against, in order.
    var base: [BaseChunk] = []

    var isBulk: Bool {
        guard case .entry(let entry, _) = origin else { return false }
        return entry.isBulk
    }
}

/// One chunk of the former generation, which the store has.
struct BaseChunk {
    let reference: ChunkReference
    let origin: ChunkOrigin
}

/// The chunks of one frame, in order, and those that it leans on.
struct PlannedFrame {
    private(set) var chunks: [NeededChunk] = []
    /// The chunks' lengths, added up.
    private(set) var contentLength = 0
    private(set) var base: [BaseChunk] = []
    private(set) var baseLength = 0
    private var baseIDs: Set<ChunkID> = []
    let isBulk: Bool

    init(isBulk: Bool) { self.isBulk = isBulk }

    fileprivate mutating func add(_ chunk: NeededChunk, base new: [BaseChunk]) {
        chunks.append(chunk)
        contentLength += chunk.reference.length
        for piece in new where baseIDs.insert(piece.reference.id).inserted {
            base.append(piece)
            baseLength += piece.reference.length
        }
    }

    /// What of a chunk's base is not there yet.
    fileprivate func lacking(of chunk: NeededChunk) -> [BaseChunk] {
        chunk.base.filter { !baseIDs.contains($0.reference.id) }
    }

    /// The same frame that leans only on what this is true of.
    func leaning(onlyOn isUsable: (Int) -> Bool) -> PlannedFrame {
        var frame = self
        frame.base = base.indices.filter(isUsable).map { base[$0] }
        frame.baseLength = frame.base.reduce(0) { $0 + $1.reference.length }
        return frame
    }
}

/// Groups needed chunks into frames. Pure.
///
/// Chunks of many files travel together, because tiny files alone compress badly: 12,500 RCS files are 13.3 MB one by
/// one and 4.9 MB together. So do their bases, in the same order. What does not compress goes into frames of its own,
/// which the compressor may pass through.
struct FrameGrouping {
    private let limits: Limits
    private var ordinary = PlannedFrame(isBulk: false)
    private var bulk = PlannedFrame(isBulk: true)

    struct Limits {
        /// Raw bytes after which a frame is full on any link; a single larger chunk still goes alone. Its base is as large
        /// at most, also where the link has smaller frames: what is the same in the former state lies anywhere in it.
        var content = FrameLimits.usualContent
        /// What waits in a frame is held, some 500 bytes for each chunk. Of files so tiny that this ends a frame, it holds
        /// enough of what is alike.
        var chunks = 2048
    }

    init(_ limits: Limits) {
        self.limits = limits
    }

    /// - Parameter content: raw bytes after which a frame is full on this link, as it is now.
    /// - Returns: a frame that became full, which does not hold `chunk`.
    mutating func add(_ chunk: NeededChunk, content: Int) -> PlannedFrame? {
        let content = min(content, limits.content)
        return chunk.isBulk
            ? FrameGrouping.add(chunk, to: &bulk, content, limits)
            : FrameGrouping.add(chunk, to: &ordinary, content, limits)
    }

    /// What is left, at most one frame of each kind.
    mutating func finish() -> [PlannedFrame] {
        defer {
            ordinary = PlannedFrame(isBulk: false)
            bulk = PlannedFrame(isBulk: true)
        }
        return [ordinary, bulk].filter { !$0.chunks.isEmpty }
    }

    private static func add(
        _ chunk: NeededChunk, to open: inout PlannedFrame, _ content: Int, _ limits: Limits
    ) -> PlannedFrame? {
        let base = open.lacking(of: chunk)
        let baseLength = open.baseLength + base.reduce(0) { $0 + $1.reference.length }
        let fits =
            open.contentLength + chunk.reference.length <= content && open.chunks.count < limits.chunks
            && baseLength <= limits.content && open.base.count + base.count <= limits.chunks
        guard fits || open.chunks.isEmpty else {
            let full = open
            open = PlannedFrame(isBulk: full.isBulk)
            open.add(chunk, base: beginning(of: chunk.base, limits))
            return full
        }
        open.add(chunk, base: fits ? base : beginning(of: base, limits))
        return nil
    }

    /// As much of a base as a frame may have.
    private static func beginning(of base: [BaseChunk], _ limits: Limits) -> [BaseChunk] {
        var length = 0
        return Array(
            base.prefix(limits.chunks).prefix {
                length += $0.reference.length
                return length <= limits.content
            })
    }
}
