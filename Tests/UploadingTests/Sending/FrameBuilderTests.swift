import Content
import Staging
import Testing

@testable import Uploading

@Suite("A frame")
struct FrameBuilderTests {
    /// Records of a few words that come again, between numbers that do not.
    private let text: [UInt8] = {
        let words = (0..<64).map { TestSchool.text(3 + $0 % 7, seed: UInt64($0) + 10) }
        let numbers = TestSchool.noise(36_000, seed: 1)
        return stride(from: 0, to: numbers.count, by: 6).flatMap { start -> [UInt8] in
            let (key, value) = (words[Int(numbers[start + 4] % 64)], words[Int(numbers[start + 5] % 64)])
            return Array("{\"id\":\"\(hexText(numbers[start..<start + 4]))\",\"".utf8) + key + Array("\":\"".utf8)
                + value + Array(" \(numbers[start + 3])\"}\n".utf8)
        }
    }()

    private func length(of content: [UInt8], base: [UInt8]? = nil, isLinkFast: Bool) throws -> Int {
        func chunk(_ bytes: [UInt8]) -> ChunkReference {
            ChunkReference(id: ChunkID(hashing: bytes), length: bytes.count)
        }
        let school = try TestSchool()
        try school.collect("db", ["a": [1]])
        var grouping = FrameGrouping(FrameGrouping.Limits())
        let needed = NeededChunk(
            reference: chunk(content), origin: .manifest(content),
            base: base.map { [BaseChunk(reference: chunk($0), origin: .manifest($0))] } ?? [])
        #expect(grouping.add(needed, content: 1 << 20) == nil)
        let generation = try #require(school.staging.pendingGenerations().first)
        let frame = try FrameBuilder().build(
            #require(grouping.finish().first), reader: school.staging.contentReader(of: generation),
            isLinkFast: isLinkFast)
        #expect(frame.hasBase == (base != nil))
        return frame.body.count
    }

    @Test("is compressed harder for a link that is slower than that")
    func link() throws {
        #expect(try length(of: text, isLinkFast: false) < length(of: text, isLinkFast: true))
    }

    @Test("that leans on a base is compressed as hard for any link")
    func base() throws {
        let changed = Array(text[100_000...] + text[..<100_000])
        #expect(
            try length(of: changed, base: text, isLinkFast: false) == length(of: changed, base: text, isLinkFast: true))
    }
}
