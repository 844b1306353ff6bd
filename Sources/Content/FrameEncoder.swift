import CZstd

/// Makes frames. One encoder keeps its compressor's memory (about 4 MB at level 6 and 1 MiB of content) from one frame
/// to the next that compresses; use it from one place at a time.
public final class FrameEncoder {
    private var context: OpaquePointer
    private var lastLevel: Int32?

    public init() throws(ContentProblem) {
        context = try FrameEncoder.makeContext()
    }

    deinit { ZSTD_freeCCtx(context) }

    private static func makeContext() throws(ContentProblem) -> OpaquePointer {
        guard let context = ZSTD_createCCtx() else {
            throw ContentProblem(.compressor, "the compressor could not be started: no memory")
        }
        return context
    }

    /// A context never gives back what a higher level took, and frames that need little of it are the largest ones.
    private func prepare(for level: Int32) throws(ContentProblem) {
        if level == FrameLevel.bulk, let lastLevel, lastLevel != level {
            let fresh = try FrameEncoder.makeContext()
            ZSTD_freeCCtx(context)
            context = fresh
        }
        lastLevel = level
        try check(ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters))
        try check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level))
    }

    /// Compresses chunks together into the bytes of a frame.
    ///
    /// - Parameters:
    ///   - content: the chunks, one after the other.
    ///   - chunkLengths: how long each is; they add up to the content.
    ///   - base: ids of chunks that the store already has from this school, in the order of `baseContent`.
    ///   - baseContent: those chunks' bytes, one after the other; nil without a base.
    ///   - level: of zstd; see `FrameLevel`.
    public func encode(
        content: UnsafeRawBufferPointer, chunkLengths: [Int], base: [ChunkID] = [],
        baseContent: UnsafeRawBufferPointer? = nil, level: Int32
    ) throws(ContentProblem) -> [UInt8] {
        precondition(chunkLengths.reduce(0, +) == content.count, "chunk lengths add up to the content")
        try prepare(for: level)
        try check(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1))
        try check(ZSTD_CCtx_setParameter(context, ZSTD_c_hashLog, FrameEncoder.hashLog))
        let reach = content.count + (baseContent?.count ?? 0)
        try check(ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, FrameEncoder.windowLog(reaching: reach)))
        if let baseContent {
            try check(ZSTD_CCtx_setParameter(context, ZSTD_c_enableLongDistanceMatching, reach > 1 << 20 ? 1 : 0))
            try check(ZSTD_CCtx_refPrefix(context, baseContent.baseAddress, baseContent.count))
        }
        let header = FrameHeader(chunkLengths: chunkLengths, base: base).encoded()
        let bound = ZSTD_compressBound(content.count)
        var written = 0
        // Not cleared first: what is never written to takes no memory.
        let frame = [UInt8](unsafeUninitializedCapacity: header.count + bound) { buffer, count in
            UnsafeMutableRawBufferPointer(buffer).copyBytes(from: header)
            written = ZSTD_compress2(
                context, buffer.baseAddress?.advanced(by: header.count), bound, content.baseAddress, content.count)
            count = ZSTD_isError(written) == 0 ? header.count + written : 0
        }
        try check(written)
        return frame
    }

    /// Of the table in which repetitions are looked up: 2 to the power of this, in entries. Half of what the level would take:
    /// in frames of a megabyte it finds as much, in 1.5 MB less.
    private static let hashLog: Int32 = 18

    /// The smallest window that spans base and content.
    private static func windowLog(reaching count: Int) -> Int32 {
        let bits = Int.bitWidth - max(count - 1, 1).leadingZeroBitCount
        return Int32(min(max(bits, 10), Int(FrameLimits.wire.maxWindowLog)))
    }

    private func check(_ code: Int) throws(ContentProblem) {
        if ZSTD_isError(code) != 0 {
            throw ContentProblem(.compressor, "compressing a frame failed: \(String(cString: ZSTD_getErrorName(code)))")
        }
    }
}
