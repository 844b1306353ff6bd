import CZstd

/// A frame that was taken apart: its chunks, each with the id that its content has.
public struct DecodedFrame: Sendable {
    public let chunks: [(id: ChunkID, range: Range<Int>)]
    /// All chunks, one after the other; `range` points into it.
    public let content: [UInt8]
    /// The zstd frame inside the body, which gives `content` by itself when the frame has no base.
    public let payload: Range<Int>
    public let hasBase: Bool
}

/// Takes frames apart and trusts none of them: memory is bounded by the limits, whatever a frame tells of itself.
///
/// Use one decoder from one place at a time.
public final class FrameDecoder {
    private let context: OpaquePointer

    public init() throws(ContentProblem) {
        guard let context = ZSTD_createDCtx() else {
            throw ContentProblem(.compressor, "the decompressor could not be started: no memory")
        }
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    /// - Parameter base: gives the concatenated content of base chunks. It is asked only for a frame that names some,
    ///   and decides whether this school may use them; what it throws comes through. The result must stay within
    ///   `limits.maxBase`.
    /// - Throws: `ContentProblem` for bytes that are not a whole frame within the limits.
    public func decode(
        _ body: UnsafeRawBufferPointer, limits: FrameLimits = .wire, base: ([ChunkID]) throws -> [UInt8]
    ) throws -> DecodedFrame {
        guard body.count <= limits.maxBody else {
            throw ContentProblem(.tooLarge, "the frame has \(body.count) bytes; at most \(limits.maxBody) are taken")
        }
        let (header, start) = try FrameHeader.decode(body, limits)
        let total = header.chunkLengths.reduce(0, +)
        guard total <= limits.maxContent else {
            throw ContentProblem(
                .tooLarge, "the frame tells of \(total) bytes of content; at most \(limits.maxContent) are taken")
        }
        let payload = UnsafeRawBufferPointer(rebasing: body[start...])
        try checkPayload(payload, total)
        try checkWindow(payload, limits)
        let prefix = header.base.isEmpty ? [] : try base(header.base)
        guard prefix.count <= limits.maxBase else {
            throw ContentProblem(.tooLarge, "the frame's base has more than \(limits.maxBase) bytes")
        }
        let content = try decompress(payload, total, prefix)
        return DecodedFrame(
            chunks: identify(content, header.chunkLengths), content: content, payload: start..<body.count,
            hasBase: !header.base.isEmpty)
    }

    /// The zstd frame must be one, fill the rest of the body, and tell the content's very size if it tells any.
    private func checkPayload(_ payload: UnsafeRawBufferPointer, _ total: Int) throws(ContentProblem) {
        guard !payload.isEmpty else { throw ContentProblem(.malformedFrame, "the frame is cut short after its header") }
        let length = ZSTD_findFrameCompressedSize(payload.baseAddress, payload.count)
        guard ZSTD_isError(length) == 0, length == payload.count else {
            throw ContentProblem(.malformedFrame, "the frame's compressed part is cut short, or something follows it")
        }
        let told = ZSTD_getFrameContentSize(payload.baseAddress, payload.count)
        // ZSTD_CONTENTSIZE_UNKNOWN and _ERROR are the two highest numbers, which Swift does not import.
        guard told == UInt64.max || told == UInt64(total) else {
            throw ContentProblem(
                .contentMismatch, "the frame's compressed part does not unpack to the length that its header tells")
        }
    }

    /// Unpacking in one pass uses the output as its window, so a wide one costs no memory here; but frames keep to the
    /// wire's limit so that any decoder can take them. The byte is RFC 8878's Window_Descriptor.
    private func checkWindow(_ payload: UnsafeRawBufferPointer, _ limits: FrameLimits) throws(ContentProblem) {
        let isSingleSegment = payload[4] & 0x20 != 0
        guard isSingleSegment || Int32(10 + (payload[5] >> 3)) <= limits.maxWindowLog else {
            throw ContentProblem(.tooLarge, "the frame asks for a window beyond 2^\(limits.maxWindowLog) bytes")
        }
    }

    private func decompress(
        _ payload: UnsafeRawBufferPointer, _ total: Int, _ prefix: [UInt8]
    ) throws(ContentProblem) -> [UInt8] {
        ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters)
        var code = 0
        let content = prefix.withUnsafeBytes { prefix in
            if !prefix.isEmpty { ZSTD_DCtx_refPrefix(context, prefix.baseAddress, prefix.count) }
            return [UInt8](unsafeUninitializedCapacity: total) { buffer, count in
                code = ZSTD_decompressDCtx(context, buffer.baseAddress, total, payload.baseAddress, payload.count)
                count = ZSTD_isError(code) == 0 ? code : 0
            }
        }
        guard ZSTD_isError(code) == 0 else {
            throw ContentProblem(
                .contentMismatch, "the frame does not unpack: \(String(cString: ZSTD_getErrorName(code)))")
        }
        guard content.count == total else {
            throw ContentProblem(
                .contentMismatch, "the frame unpacks to \(content.count) bytes; its header tells of \(total)")
        }
        return content
    }

    private func identify(_ content: [UInt8], _ lengths: [Int]) -> [(id: ChunkID, range: Range<Int>)] {
        content.withUnsafeBytes { bytes in
            var start = 0
            return lengths.map { length in
                let range = start..<start + length
                start += length
                return (ChunkID(hashing: UnsafeRawBufferPointer(rebasing: bytes[range])), range)
            }
        }
    }
}
