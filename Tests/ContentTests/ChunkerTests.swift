import Testing

@testable import Content

@Suite("Cutting content")
struct ChunkerTests {
    /// Numbers that look like noise but are the same everywhere.
    struct Noise: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) ^ (state << 31)
        }
    }

    static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var noise = Noise(state: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: noise.next() >> 11) }
    }

    static func text(_ count: Int, seed: UInt64) -> [UInt8] {
        var noise = Noise(state: seed)
        return (0..<count).map { _ in UInt8(ascii: "a") + UInt8(noise.next() >> 20 & 15) }
    }

    private func chunks(_ content: [UInt8], parts: Int = 1 << 20, class fixed: ContentClass? = nil) -> [[UInt8]] {
        var chunker = Chunker(class: fixed)
        var result: [[UInt8]] = []
        for start in stride(from: 0, to: content.count, by: parts) {
            content[start..<min(start + parts, content.count)].withUnsafeBytes {
                chunker.append($0) { result.append(Array($0)) }
            }
        }
        chunker.finish { result.append(Array($0)) }
        return result
    }

    @Test(
        "chunks joined are the content, whatever the size", arguments: [0, 1, 8191, 8192, 65535, 65536, 65537, 3 << 20])
    func joined(_ count: Int) {
        for content in [Self.noise(count, seed: 1), Self.text(count, seed: 1)] {
            #expect(chunks(content).flatMap { $0 } == content)
        }
    }

    @Test("an empty file has no chunk")
    func empty() {
        #expect(chunks([]).isEmpty)
    }

    @Test("cuts do not depend on the parts in which content comes", arguments: [1, 7, 4096, 65536, 100_000])
    func parts(_ parts: Int) {
        let content = Self.text(400_000, seed: 3)
        #expect(chunks(content, parts: parts) == chunks(content))
        let bulk = Self.noise(parts == 1 ? 700_000 : 5 << 20, seed: 3)
        #expect(chunks(bulk, parts: parts) == chunks(bulk))
    }

    @Test("ordinary chunks keep their bounds and come near their mean")
    func ordinary() {
        let sizes = chunks(Self.text(8 << 20, seed: 5)).map(\.count)
        #expect(sizes.dropLast().allSatisfy { (8 << 10...128 << 10).contains($0) })
        let mean = (8 << 20) / sizes.count
        #expect((24 << 10...48 << 10).contains(mean), "mean \(mean)")
    }

    @Test("content that looks like noise is cut large")
    func bulk() {
        let sizes = chunks(Self.noise(24 << 20, seed: 7)).map(\.count)
        #expect(sizes.dropLast().allSatisfy { (512 << 10...2 << 20).contains($0) })
        #expect(sizes.count < 40)
    }

    @Test("an insertion moves no cut but those near it")
    func shifted() {
        let content = Self.text(2 << 20, seed: 9)
        let changed = Array(content[..<700_000]) + Array("inserted".utf8) + Array(content[700_000...])
        let before = Set(chunks(content).map { ChunkID(hashing: $0) })
        let new = chunks(changed).filter { !before.contains(ChunkID(hashing: $0)) }
        #expect(new.count <= 3)
    }

    @Test("one long run of the same byte is cut at the maximum")
    func uniform() {
        let sizes = chunks([UInt8](repeating: 0, count: 1 << 20)).map(\.count)
        #expect(sizes.allSatisfy { $0 <= 128 << 10 })
        #expect(sizes.count <= (1 << 20) / (8 << 10))
    }

    @Test("profile 1 cuts as it always has: a change here would make every store's content unknown")
    func golden() {
        var hash = SHA256Stream()
        for chunk in chunks(Self.text(1 << 20, seed: 11)) + chunks(Self.noise(5 << 20, seed: 11)) {
            hash.update(ChunkID(hashing: chunk).bytes)
        }
        #expect(hash.finalized().hex == "8f2578d540973633ad18af8c55586a4932171fd763f230573704779d3515c1dc")
    }

    @Test("a chunker is as new after each file, and after a file that was given up")
    func reused() {
        let content = Self.text(100_000, seed: 13)
        var chunker = Chunker()
        Self.noise(90_000, seed: 1).withUnsafeBytes { chunker.append($0) { _ in } }
        chunker.reset()
        var first: [[UInt8]] = []
        content.withUnsafeBytes { chunker.append($0) { first.append(Array($0)) } }
        chunker.finish { first.append(Array($0)) }
        #expect(first == chunks(content))
    }
}
