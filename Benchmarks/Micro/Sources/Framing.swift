import Benchmark
import Content

/// A full frame of a school: its usual content.
private let count = FrameLimits.usualContent

func framing() {
    both("ordinary") { RawFrame(content: Samples.dump(count), level: FrameLevel.thorough) }
    both("ordinary, fast link") { RawFrame(content: Samples.dump(count), level: FrameLevel.quick) }
    both("bulk") { RawFrame(content: Samples.pictures(count), level: FrameLevel.bulk) }
    both("with a base") {
        let former = Samples.dump(count)
        return RawFrame(content: Samples.changed(former, every: 4096), base: former, level: FrameLevel.thorough)
    }
}

private func both(_ kind: String, _ make: @escaping () -> RawFrame) {
    benchmark("frame encode, \(kind)", bytes: count, over: { (try FrameEncoder(), make()) }) { encoder, raw in
        try raw.encode(encoder)
    }
    benchmark("frame decode, \(kind)", bytes: count) {
        let raw = make()
        return (try raw.encode(FrameEncoder()), raw.base)
    } _: { body, base in
        // A decoder for each frame, as at the store; it computes the chunks' ids too.
        try body.withUnsafeBytes { try FrameDecoder().decode($0) { _ in base } }
    }
}

private struct RawFrame {
    let content: [UInt8]
    let lengths: [Int]
    let base: [UInt8]
    let baseIDs: [ChunkID]
    let level: Int32

    init(content: [UInt8], base: [UInt8] = [], level: Int32) {
        self.content = content
        lengths = content.cut().map(\.count)
        self.base = base
        baseIDs = base.cut().map { ChunkID(hashing: $0) }
        self.level = level
    }

    func encode(_ encoder: FrameEncoder) throws -> [UInt8] {
        try content.withUnsafeBytes { bytes in
            try base.withUnsafeBytes { prefix in
                try encoder.encode(
                    content: bytes, chunkLengths: lengths, base: baseIDs, baseContent: base.isEmpty ? nil : prefix,
                    level: level)
            }
        }
    }
}
