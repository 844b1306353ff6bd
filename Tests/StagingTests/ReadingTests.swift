import Content
import Glibc
import LevelTree
import Testing

@testable import Staging

@Suite("Reading for an upload")
struct ReadingTests {
    let site: Site

    init() throws { site = try Site() }

    @Test func `gives the manifest in chunks, always the same, that a store can read`() throws {
        for number in 0..<3000 { try site.put("folder \(number % 7)/\(number).json,v", "content \(number)") }
        let staging = try site.open()
        let generation = try #require(try site.collect(staging).published)
        func manifest() throws -> [(ChunkID, [UInt8])] {
            var chunks: [(ChunkID, [UInt8])] = []
            try staging.forEachManifestChunk(of: generation) { chunks.append(($0, Array($1))) }
            return chunks
        }
        let chunks = try manifest()
        #expect(chunks.count > 2)
        #expect(try manifest().map(\.0) == chunks.map(\.0))
        var decoder = ManifestDecoder()
        var entries: [ManifestEntry] = []
        for (id, bytes) in chunks {
            #expect(ChunkID(hashing: bytes) == id)
            decoder.feed(bytes)
            while let entry = try decoder.next() { entries.append(entry) }
        }
        try decoder.finish()
        #expect(entries == (try staging.entries(of: generation).map(\.entry)))
        #expect(entries.count == 3000)
    }

    @Test func `tells of each file what was at its path in an earlier generation`() throws {
        for name in ["a", "b/1", "b,", "c", "gone", "x"] { try site.put(name, "the content of \(name)") }
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        try staging.acknowledge(receipt(for: first))
        for name in ["c", "b/1"] { try site.put(name, "other content of \(name)") }
        try site.put("a", "the content of a", seconds: 1_530_000_500)
        try site.put("c.1", "new")
        try site.remove("gone")
        let second = try #require(try site.collect(staging).published)
        func steps(beside former: Generation?) throws -> [String] {
            var steps: [String] = []
            try staging.forEachEntry(of: second, beside: former) { step in
                switch step {
                case .unchanged(let entry): steps.append("= \(entry.entry.path)")
                case .changed(let entry, let former):
                    #expect(entry.entry.path == former.entry.path && entry.entry.chunks != former.entry.chunks)
                    steps.append("! \(entry.entry.path)")
                case .new(let entry): steps.append("+ \(entry.entry.path)")
                case .gone(let entry): steps.append("- \(entry.entry.path)")
                }
            }
            return steps
        }
        #expect(try steps(beside: first) == ["= a", "! b/1", "= b,", "! c", "+ c.1", "- gone", "= x"])
        #expect(try steps(beside: nil) == ["+ a", "+ b/1", "+ b,", "+ c", "+ c.1", "+ x"])
        #expect(try steps(beside: second) == ["= a", "= b/1", "= b,", "= c", "= c.1", "= x"])
        // A former list that is damaged, or gone, keeps nothing from being read.
        let list = "\(site.stagingPath)/generations/\(first.sequence)/entries"
        let whole = try #require(site.bytes(list))
        let file = try #require(Descriptor.opening(CName(list), O_WRONLY | O_TRUNC))
        try whole.prefix(whole.count / 2).withUnsafeBytes {
            try writeAll($0, to: file.number) { StagingError.failing(to: "write", $0) }
        }
        #expect(try steps(beside: first).filter { !$0.hasPrefix("-") }.count == 6)
        try staging.acknowledge(receipt(for: second))
        #expect(try steps(beside: first) == ["+ a", "+ b/1", "+ b,", "+ c", "+ c.1", "+ x"])
    }

    @Test func `gives every chunk of a large file, in any order`() throws {
        let content = Array(String(repeating: "0123456789 some text that is cut somewhere\n", count: 20_000).utf8)
        try site.put(Array("big".utf8), content)
        let staging = try site.open()
        let generation = try #require(try site.collect(staging).published)
        #expect(try staging.content("big", of: generation) == content)
        let entry = try #require(try staging.entries(of: generation).first)
        #expect(entry.entry.chunks.count > 3)
        let reader = try staging.contentReader(of: generation)
        for index in entry.entry.chunks.indices.reversed() {
            var bytes: [UInt8] = [9]
            try reader.append(chunk: index, of: entry, to: &bytes)
            #expect(ChunkID(hashing: Array(bytes.dropFirst())) == entry.entry.chunks[index].id)
            #expect(bytes.first == 9)
        }
    }

    @Test(arguments: ["touched", "rewritten", "replaced", "removed", "symlink", "parent is a symlink", "grown"])
    func `finds out that a source taken by reference is another`(how: String) throws {
        try site.put("6/6/1/abc.png", "picture")
        let staging = try site.open()
        let generation = try #require(try site.collect(staging, .byReference).published)
        let entry = try #require(try staging.entries(of: generation).first)
        let reader = try staging.contentReader(of: generation)
        let place = site.source + "/6/6/1/abc.png"
        switch how {
        case "touched": chmod(place, 0o600)
        case "rewritten": try site.put("6/6/1/abc.png", "PICTURE")
        case "replaced":
            try site.put("new", "picture")
            rename(site.source + "/new", place)
        case "removed": unlink(place)
        case "symlink":
            rename(place, site.source + "/away")
            symlink(site.source + "/away", place)
        case "grown":
            let file = try #require(Descriptor.opening(CName(place), O_WRONLY | O_APPEND))
            write(file.number, "+", 1)
        default:
            rename(site.source + "/6/6", site.source + "/away")
            symlink(site.source + "/away", site.source + "/6/6")
        }
        var bytes: [UInt8] = [1, 2]
        let error = #expect(throws: StagingError.self) { try reader.append(chunk: 0, of: entry, to: &bytes) }
        #expect(error?.code == .sourceChanged)
        #expect(bytes == [1, 2])
    }

    @Test func `finds out that a staged copy is damaged, and the next pass mends it`() throws {
        try site.put("a", "content")
        try site.put("b", "other")
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        // As a failing disk would: the same length, the same times.
        let place = try site.treePath() + "/a"
        let before = try #require(site.status(place))
        let file = try #require(Descriptor.opening(CName(place), O_WRONLY))
        pwrite(file.number, "X", 1, 2)
        let time = timespec(tv_sec: Int(before.modified.seconds), tv_nsec: Int(before.modified.nanoseconds))
        futimens(file.number, [time, time])
        let error = #expect(throws: StagingError.self) { try staging.content("a", of: first) }
        #expect(error?.code == .damaged)
        let next = try #require(try site.collect(staging).published)
        #expect(try staging.content("a", of: next) == Array("content".utf8))
        #expect(try staging.pendingGenerations() == [next])
    }

    @Test func `finds out that an accumulated copy is damaged whose source is gone, and names it`() throws {
        for path in ["a", "b", "c"] { try site.put(path, "content of \(path)") }
        let staging = try site.open()
        let first = try #require(try site.collect(staging, .accumulating).published)
        try site.remove("a")
        try site.remove("b")
        let file = try #require(Descriptor.opening(CName(try site.treePath(.accumulating) + "/a"), O_WRONLY))
        pwrite(file.number, "X", 1, 2)
        #expect(throws: StagingError.self) { try staging.content("a", of: first) }
        let next = try #require(try site.collect(staging, .accumulating).published)
        #expect(next.outcome == .partial)
        #expect(
            next.shortfalls == [
                Shortfall(path: "a", reason: "is gone at the source, and its staged copy is damaged")
            ])
        #expect(try staging.paths(of: next) == ["b", "c"])
    }

    @Test func `is told when the generation was let go meanwhile`() throws {
        try site.put("a", "one")
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        let entry = try #require(try staging.entries(of: first).first)
        let reader = try staging.contentReader(of: first)
        try site.put("a", "two")
        try site.collect(staging)
        var bytes: [UInt8] = []
        for attempt in [
            { try reader.append(chunk: 0, of: entry, to: &bytes) }, { _ = try staging.contentReader(of: first) },
            { try staging.forEachEntry(of: first) { _ in } }, { _ = try staging.location(of: entry, in: first) },
        ] {
            let error = #expect(throws: StagingError.self) { try attempt() }
            #expect(error?.code == .generationGone)
        }
    }
}
