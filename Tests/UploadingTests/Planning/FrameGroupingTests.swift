import Content
import LevelTree
import Staging
import Testing

@testable import Uploading

struct FrameGroupingTests {
    private func grouping(content: Int = 1000, chunks: Int = 100) -> FrameGrouping {
        FrameGrouping(FrameGrouping.Limits(content: content, chunks: chunks))
    }

    /// The lengths of the chunks in each frame.
    private func frames(_ lengths: [Int], _ grouping: FrameGrouping) -> [[Int]] {
        var grouping = grouping
        var frames: [PlannedFrame] = []
        for (index, length) in lengths.enumerated() {
            if let full = grouping.add(chunk(index, length), content: .max) { frames.append(full) }
        }
        frames += grouping.finish()
        #expect(frames.allSatisfy { $0.contentLength == $0.chunks.map(\.reference.length).reduce(0, +) })
        return frames.map { $0.chunks.map(\.reference.length) }
    }

    @Test func `small chunks of many files travel together, in order`() {
        #expect(frames([10, 20, 30], grouping()) == [[10, 20, 30]])
    }

    @Test func `a frame ends before it grows too large`() {
        #expect(frames([600, 400, 1, 999, 1], grouping()) == [[600, 400], [1, 999], [1]])
    }

    @Test func `one chunk larger than a frame goes alone`() {
        #expect(frames([10, 5000, 20], grouping()) == [[10], [5000], [20]])
    }

    @Test func `a slow link has smaller frames from the next chunk on, and their bases are as large as ever`() {
        var grouping = grouping()
        var frames: [PlannedFrame] = []
        for (index, content) in [1000, 1000, 300, 300, 300, 5000].enumerated() {
            var chunk = chunk(index, 200)
            chunk.base = [BaseChunk(reference: self.chunk(-index - 1, 400).reference, origin: .manifest([]))]
            if let full = grouping.add(chunk, content: content) { frames.append(full) }
        }
        frames += grouping.finish()
        #expect(frames.map(\.contentLength) == [400, 200, 200, 400])
        #expect(frames.map(\.baseLength) == [800, 400, 400, 800])
        #expect(bases([[1, 2, 3, 4]], content: 300, self.grouping()) == [[1, 2, 3, 4]])
    }

    @Test func `no link has larger frames than the limit`() {
        #expect(frames([600, 600], grouping()) == [[600], [600]])
    }

    @Test func `a frame has no more chunks than the wire allows`() {
        #expect(frames([1, 1, 1, 1, 1], grouping(chunks: 2)) == [[1, 1], [1, 1], [1]])
    }

    @Test func `of files that are tiny a frame has no more than may be held at once`() {
        let lengths = [Int](repeating: 10, count: 5000)
        #expect(frames(lengths, FrameGrouping(FrameGrouping.Limits())).map(\.count) == [2048, 2048, 904])
    }

    @Test func `nothing to send makes no frame`() {
        #expect(frames([], grouping()).isEmpty)
    }

    @Test func `what does not compress goes into frames of its own, its last short chunk too`() throws {
        var grouping = FrameGrouping(FrameGrouping.Limits())
        let film = try StagedEntry.made("film.mp4", chunks: [900_000, 70_000])
        let text = try StagedEntry.made("text", chunks: [30_000])
        for (entry, index) in [(text, 0), (film, 0), (text, 0), (film, 1)] {
            let chunk = NeededChunk(
                reference: entry.entry.chunks[index], origin: .entry(entry, index: index))
            let full = grouping.add(chunk, content: .max)
            #expect(full?.contentLength == nil)
        }
        let frames = grouping.finish()
        #expect(frames.map(\.isBulk) == [false, true])
        #expect(frames.map { $0.chunks.map(\.reference.length) } == [[30_000, 30_000], [900_000, 70_000]])
    }

    /// The bases of the frames that come of chunks of 10 bytes with these bases, all of 100 bytes.
    private func bases(_ wanted: [[Int]], content: Int = .max, _ grouping: FrameGrouping) -> [[Int]] {
        var grouping = grouping
        var frames: [PlannedFrame] = []
        for (index, base) in wanted.enumerated() {
            var chunk = chunk(index, 10)
            chunk.base = base.map { BaseChunk(reference: self.chunk(-$0, 100).reference, origin: .manifest([])) }
            if let full = grouping.add(chunk, content: content) { frames.append(full) }
        }
        frames += grouping.finish()
        #expect(frames.allSatisfy { $0.baseLength == $0.base.count * 100 })
        let numbers = Dictionary(uniqueKeysWithValues: (1..<100).map { (chunk(-$0, 100).reference.id, $0) })
        return frames.map { $0.base.map { numbers[$0.reference.id] ?? 0 } }
    }

    @Test func `a frame leans on what its chunks lean on, in order, each piece once`() {
        #expect(bases([[1, 2], [], [2, 3], [1]], grouping()) == [[1, 2, 3]])
    }

    @Test func `a frame ends before its base grows too large, and the next begins with all of its own`() {
        #expect(bases([[1, 2, 3], [3, 4], [4, 5]], grouping(content: 400)) == [[1, 2, 3, 4], [4, 5]])
        #expect(bases([[1, 2], [3]], grouping(chunks: 2)) == [[1, 2], [3]])
    }

    @Test func `a chunk whose base alone is too large leans on the beginning of it`() {
        #expect(bases([[1, 2, 3, 4]], grouping(content: 250)) == [[1, 2]])
        #expect(bases([[5], [1, 2, 3, 4]], grouping(content: 250)) == [[5], [1, 2]])
    }

    @Test func `a frame can be made to lean on less`() throws {
        var grouping = grouping()
        var chunk = chunk(1, 10)
        chunk.base = (1...3).map { BaseChunk(reference: self.chunk(-$0, 100).reference, origin: .manifest([])) }
        #expect(grouping.add(chunk, content: .max)?.chunks.count == nil)
        let frame = try #require(grouping.finish().first).leaning { $0 == 1 }
        #expect(frame.base.map(\.reference) == [chunk.base[1].reference])
        #expect(frame.baseLength == 100)
        #expect(frame.chunks.count == 1)
    }

    private func chunk(_ number: Int, _ length: Int) -> NeededChunk {
        NeededChunk(
            reference: ChunkReference(id: ChunkID(hashing: Array("\(number)".utf8)), length: length),
            origin: .manifest([]))
    }
}

extension StagedEntry {
    /// An entry whose chunks have these lengths and ids made from its name.
    static func made(_ name: String, chunks: [Int]) throws -> StagedEntry {
        let references = chunks.enumerated().map { index, length in
            ChunkReference(id: ChunkID(hashing: Array("\(name) \(index)".utf8)), length: length)
        }
        let size = UInt64(chunks.reduce(0, +))
        let time = FileTime(seconds: 1, nanoseconds: 0)
        return StagedEntry(
            entry: ManifestEntry(
                path: try RelativePath(name), size: size, mode: 0o644, modified: time, chunks: references),
            stamp: SourceStamp(size: size, modified: time, changed: time, inode: 1))
    }
}
