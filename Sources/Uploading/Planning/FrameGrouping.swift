import Content
import Staging

/// One chunk that the store lacks, and where its bytes are.
struct NeededChunk {
    enum Origin {
        case entry(StagedEntry, index: Int)
        /// A piece of the manifest itself: small, and held.
        case manifest([UInt8])
    }

    let reference: ChunkReference
    let origin: Origin

    /// Whether this is content that does not compress: only such content is cut into chunks this large, and then the
    /// file's last, shorter chunk is of the same kind.
    var isBulk: Bool {
        guard case .entry(let entry, _) = origin else { return false }
        return (entry.entry.chunks.first?.length ?? 0) > ContentClass.ordinary.maximum
    }
}

/// The chunks of one frame, in order.
struct PlannedFrame {
    var chunks: [NeededChunk] = []
    /// The chunks' lengths, added up.
    var contentLength = 0
    let isBulk: Bool
}

/// Groups needed chunks into frames. Pure.
///
/// Chunks of many files travel together, because tiny files alone compress badly: 12,500 RCS files are 13.3 MB one by
/// one and 4.9 MB together. What does not compress goes into frames of its own, which the compressor may pass through.
struct FrameGrouping {
    private let limits: Limits
    private var ordinary = PlannedFrame(isBulk: false)
    private var bulk = PlannedFrame(isBulk: true)

    struct Limits {
        /// Raw bytes after which a frame is full; a single larger chunk still goes alone.
        var content = FrameLimits.usualContent
        var chunks = FrameLimits.wire.maxChunks
    }

    init(_ limits: Limits) {
        self.limits = limits
    }

    /// - Returns: a frame that became full, which does not hold `chunk` unless the chunk fills it exactly.
    mutating func add(_ chunk: NeededChunk) -> PlannedFrame? {
        chunk.isBulk ? FrameGrouping.add(chunk, to: &bulk, limits) : FrameGrouping.add(chunk, to: &ordinary, limits)
    }

    /// What is left, at most one frame of each kind.
    mutating func finish() -> [PlannedFrame] {
        defer {
            ordinary = PlannedFrame(isBulk: false)
            bulk = PlannedFrame(isBulk: true)
        }
        return [ordinary, bulk].filter { !$0.chunks.isEmpty }
    }

    private static func add(_ chunk: NeededChunk, to open: inout PlannedFrame, _ limits: Limits) -> PlannedFrame? {
        let fits =
            open.contentLength + chunk.reference.length <= limits.content && open.chunks.count < limits.chunks
        guard fits || open.chunks.isEmpty else {
            defer { open = PlannedFrame(chunks: [chunk], contentLength: chunk.reference.length, isBulk: open.isBulk) }
            return open
        }
        open.chunks.append(chunk)
        open.contentLength += chunk.reference.length
        return nil
    }
}
