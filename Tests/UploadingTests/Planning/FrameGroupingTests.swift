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
            if let full = grouping.add(chunk(index, length)) { frames.append(full) }
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

    @Test func `a frame has no more chunks than the wire allows`() {
        #expect(frames([1, 1, 1, 1, 1], grouping(chunks: 2)) == [[1, 1], [1, 1], [1]])
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
            let full = grouping.add(chunk)
            #expect(full?.contentLength == nil)
        }
        let frames = grouping.finish()
        #expect(frames.map(\.isBulk) == [false, true])
        #expect(frames.map { $0.chunks.map(\.reference.length) } == [[30_000, 30_000], [900_000, 70_000]])
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
