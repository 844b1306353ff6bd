import CZstd
import Testing

@testable import Content

@Suite("Frames")
struct FrameTests {
    private let parts: [[UInt8]] = [
        ChunkerTests.text(5000, seed: 1), ChunkerTests.noise(3000, seed: 2), [1], ChunkerTests.text(200_000, seed: 3),
    ].map { Array($0.prefix(128 << 10)) }

    private func encode(_ parts: [[UInt8]], base: [[UInt8]] = [], level: Int32 = 6) throws -> [UInt8] {
        let baseContent = base.flatMap { $0 }
        return try parts.flatMap { $0 }.withUnsafeBytes { content in
            try baseContent.withUnsafeBytes { prefix in
                try FrameEncoder().encode(
                    content: content, chunkLengths: parts.map(\.count), base: base.map { ChunkID(hashing: $0) },
                    baseContent: base.isEmpty ? nil : prefix, level: level)
            }
        }
    }

    private func decode(
        _ frame: [UInt8], limits: FrameLimits = .wire, base: ([ChunkID]) throws -> [UInt8] = { _ in [] }
    ) throws -> DecodedFrame {
        try frame.withUnsafeBytes { try FrameDecoder().decode($0, limits: limits, base: base) }
    }

    @Test("chunks that travel together arrive with their ids", arguments: [1, 6, 9] as [Int32])
    func roundTrip(_ level: Int32) throws {
        let decoded = try decode(encode(parts, level: level))
        #expect(decoded.chunks.map(\.id) == parts.map { ChunkID(hashing: $0) })
        #expect(decoded.content == parts.flatMap { $0 })
        #expect(!decoded.hasBase)
    }

    @Test("against a base, what changed costs little")
    func base() throws {
        let old = ChunkerTests.text(120_000, seed: 3)
        var new = old
        new.replaceSubrange(50_000..<50_010, with: Array("0123456789 and more".utf8))
        let frame = try encode([new], base: [Array(old[..<60_000]), Array(old[60_000...])])
        #expect(frame.count < 1000)
        let decoded = try decode(frame) { ids in
            #expect(ids == [ChunkID(hashing: Array(old[..<60_000])), ChunkID(hashing: Array(old[60_000...]))])
            return old
        }
        #expect(decoded.chunks.map(\.id) == [ChunkID(hashing: new)])
        #expect(decoded.hasBase)
    }

    @Test("a base as large as the wire allows is reached from its first byte")
    func largeBase() throws {
        let old = ChunkerTests.noise(8 << 20, seed: 21)
        let new = Array(old.prefix(1 << 20))
        let frame = try encode([new], base: [old])
        #expect(frame.count < 20_000)
        #expect(try decode(frame) { _ in old }.content == new)
    }

    @Test("the wrong base gives other chunks or an error, never these")
    func wrongBase() throws {
        let old = ChunkerTests.text(60_000, seed: 3)
        let frame = try encode([old + [1]], base: [old])
        let decoded = try? decode(frame) { _ in ChunkerTests.text(60_000, seed: 4) }
        #expect(decoded?.chunks.first?.id != ChunkID(hashing: old + [1]))
    }

    @Test("what the base's owner throws comes through")
    func refusedBase() throws {
        struct NotYours: Error {}
        let frame = try encode([[1, 2, 3]], base: [[4]])
        #expect(throws: NotYours.self) { try decode(frame) { _ in throw NotYours() } }
    }

    @Test("a frame that is cut anywhere, or goes on, is refused")
    func cut() throws {
        let frame = try encode([ChunkerTests.text(2000, seed: 1), [7, 7]])
        for end in 0..<frame.count {
            let problem = #expect(throws: ContentProblem.self) { try decode(Array(frame[..<end])) }
            #expect(problem?.code == .malformedFrame, "cut at \(end)")
        }
        #expect(throws: ContentProblem.self) { try decode(frame + [0]) }
        #expect(throws: ContentProblem.self) { try decode(frame + frame) }
    }

    @Test("a small frame that would unpack to much is refused before it does")
    func bomb() throws {
        let huge = [UInt8](repeating: 0, count: 2 << 20)
        let frame = try encode([huge, huge, huge, huge, huge])
        #expect(frame.count < 10_000)
        let problem = #expect(throws: ContentProblem.self) { try decode(frame) }
        #expect(problem?.code == .tooLarge)
    }

    @Test("a frame whose header tells less than it unpacks to is refused, with or without a told size")
    func lying() throws {
        let content = [UInt8](repeating: 5, count: 1 << 20)
        for tellsSize in [true, false] {
            var lie = FrameHeader(chunkLengths: [100]).encoded()
            lie += try zstd(content, tellsSize: tellsSize)
            let problem = #expect(throws: ContentProblem.self) { try decode(lie) }
            #expect(problem?.code == .contentMismatch)
        }
    }

    @Test("a window beyond the limit is refused")
    func window() throws {
        var frame = FrameHeader(chunkLengths: [1000]).encoded()
        frame += try zstd(ChunkerTests.text(1000, seed: 1), tellsSize: false, windowLog: 27)
        let problem = #expect(throws: ContentProblem.self) { try decode(frame).chunks.count }
        #expect(problem?.code == .tooLarge)
    }

    @Test("counts and lengths beyond the limits are refused")
    func counts() throws {
        let limits = FrameLimits.wire
        for header in [
            FrameHeader(chunkLengths: []), FrameHeader(chunkLengths: [0]), FrameHeader(chunkLengths: [3 << 20]),
            FrameHeader(chunkLengths: [Int](repeating: 1, count: limits.maxChunks + 1)),
            FrameHeader(
                chunkLengths: [1], base: [ChunkID](repeating: ChunkID(hashing: []), count: limits.maxBaseChunks + 1)),
        ] {
            let frame = header.encoded() + (try zstd([1], tellsSize: true))
            #expect(throws: ContentProblem.self) { try decode(frame) }
        }
    }

    /// A zstd frame made without our encoder, as a liar would.
    private func zstd(_ content: [UInt8], tellsSize: Bool, windowLog: Int32 = 0) throws -> [UInt8] {
        let context = try #require(ZSTD_createCCtx())
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, tellsSize ? 1 : 0)
        if windowLog > 0 { ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog) }
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
        let capacity = output.count
        let written: Int = output.withUnsafeMutableBytes { out in
            content.withUnsafeBytes { bytes in
                guard !tellsSize else {
                    return ZSTD_compress2(context, out.baseAddress, capacity, bytes.baseAddress, bytes.count)
                }
                // Streaming without an announced size keeps the window as asked, and the size untold.
                var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
                var target = ZSTD_outBuffer(dst: out.baseAddress, size: capacity, pos: 0)
                ZSTD_compressStream2(context, &target, &input, ZSTD_e_flush)
                ZSTD_compressStream2(context, &target, &input, ZSTD_e_end)
                return target.pos
            }
        }
        return Array(output[..<written])
    }
}
