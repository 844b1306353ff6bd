import Content
import LevelTree
import Staging
import Testing

@testable import Uploading

struct SlicingTests {
    private let mega: UInt64 = 1 << 20

    private func isDue(_ arrived: (UInt64, UInt64), _ toCome: (UInt64, UInt64)) -> Bool {
        Slicing(
            SliceSize(), arrived: FileAmount(files: arrived.0, bytes: arrived.1 * mega),
            toCome: FileAmount(files: toCome.0, bytes: toCome.1 * mega)
        ).isDue
    }

    @Test func `a slice is due once 256 MB have come, or 1,000 files of some size`() {
        #expect(isDue((10, 256), (1000, 10_000)))
        #expect(!isDue((10, 255), (1000, 10_000)))
        #expect(isDue((1000, 16), (9000, 144)))
        #expect(!isDue((999, 255), (9000, 144)))
        #expect(!isDue((12_000, 15), (9000, 144)), "tiny files are one commit, however many")
    }

    @Test func `what has little to come is not sliced: all of it is there soon`() {
        #expect(isDue((10, 256), (1, 64)))
        #expect(!isDue((10, 256), (1, 63)))
        #expect(isDue((1000, 16), (250, 4)))
        #expect(!isDue((1000, 16), (249, 63)))
        #expect(!isDue((17_000, 17_000), (0, 0)))
    }

    @Test func `what is sent counts until it is sliced`() {
        var slicing = Slicing(
            SliceSize(bytes: 100), arrived: FileAmount(files: 1, bytes: 40), toCome: FileAmount(files: 9, bytes: 360))
        slicing.sent(fileOf: 40)
        #expect(!slicing.isDue)
        slicing.sent(fileOf: 40)
        #expect(slicing.isDue)
        slicing.sliced()
        #expect(!slicing.isDue)
        for _ in 0..<6 { slicing.sent(fileOf: 40) }
        #expect(slicing.isDue)
        slicing.sent(fileOf: 40)
        #expect(!slicing.isDue, "nothing is to come")
        slicing.sent(fileOf: 40)
        #expect(!slicing.isDue)
    }

    @Test func `a set keeps as many numbers as it can have slices, and a small one none`() {
        let size = SliceSize()
        #expect(size.reserve(files: 12_500, bytes: 13_300_000) == 0)
        #expect(size.reserve(files: 3, bytes: 255 << 20) == 0)
        #expect(size.reserve(files: 17_000, bytes: 17 << 30) == 17 * 4 + 17)
        #expect(size.reserve(files: 1_000_000, bytes: 32 << 20) == 2)
    }
}

struct SliceEntriesTests {
    private func chunk(_ name: String) -> ChunkReference {
        ChunkReference(id: ChunkID(hashing: Array(name.utf8)), length: 10)
    }

    private func entry(_ path: String, _ chunks: String...) throws -> StagedEntry {
        let time = FileTime(seconds: 1, nanoseconds: 0)
        return StagedEntry(
            entry: ManifestEntry(
                path: try RelativePath(path), size: UInt64(chunks.count * 10), mode: 0o644, modified: time,
                chunks: chunks.map(chunk)),
            stamp: SourceStamp(size: UInt64(chunks.count * 10), modified: time, changed: time, inode: 1))
    }

    @Test func `lists what is wholly there, the former state of what is not, and counts the rest`() throws {
        let there = Set(["a", "b", "old"].map { chunk($0).id })
        var listed: [ManifestEntry] = []
        var entries = SliceEntries(known: { $0.map { there.contains($0) } }, list: { listed.append($0) })
        try entries.add(.new(entry("1", "a", "b")))
        try entries.add(.gone(entry("2", "old")))
        try entries.add(.new(entry("3", "a", "not")))
        try entries.add(.changed(entry("4", "not"), former: entry("4", "old")))
        try entries.add(.changed(entry("5", "not"), former: entry("5", "lost")))
        try entries.add(.changed(entry("6", "b"), former: entry("6", "old")))
        try entries.add(.unchanged(entry("7", "old")))
        try entries.add(.unchanged(entry("8", "lost")))
        try entries.add(.new(entry("9")))
        try entries.finish()
        #expect(listed.map(\.path.description) == ["1", "4", "6", "7", "9"])
        #expect(listed.map(\.isStale) == [false, true, false, false, false])
        #expect(listed[1].chunks == [chunk("old")])
        #expect(entries.amounts.listed == FileAmount(files: 5, bytes: 50))
        #expect(entries.amounts.fresh == FileAmount(files: 3, bytes: 30))
        #expect(entries.amounts.toCome == FileAmount(files: 4, bytes: 50))
    }

    @Test func `asks window by window`() throws {
        var questions: [Int] = []
        var count = 0
        var entries = SliceEntries(
            known: {
                questions.append($0.count)
                return $0.map { _ in true }
            }, list: { _ in count += 1 })
        for number in 0..<1300 { try entries.add(.new(entry("\(1000 + number)", "a", "b"))) }
        try entries.finish()
        #expect(count == 1300)
        #expect(questions.allSatisfy { $0 <= NeededChunks.window + 2 } && questions.reduce(0, +) == 2600)
    }
}
