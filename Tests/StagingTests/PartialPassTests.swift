import Glibc
import LevelTree
import Synchronization
import Testing

@testable import Staging

@Suite("What cannot be read")
struct PartialPassTests {
    let site: Site

    init() throws { site = try Site() }

    @Test(arguments: [Dataset.mirror, .accumulating])
    func `keeps its last good content, marked stale, and is named`(dataset: Dataset) throws {
        try asOrdinaryUser {
            for path in ["a", "b", "closed/c", "closed/d", "e"] { try site.put(path, path) }
            let staging = try site.open()
            try site.collect(staging, dataset)
            try site.put("b", "changed", mode: 0)
            chmod(site.source + "/closed", 0)
            let result = try site.collect(staging, dataset)
            chmod(site.source + "/closed", 0o755)
            let partial = try #require(result.published)
            #expect(partial.outcome == .partial)
            #expect(
                partial.shortfalls == [
                    Shortfall(path: "b", reason: "cannot be read: Permission denied"),
                    Shortfall(path: "closed", reason: "cannot be read: Permission denied"),
                ])
            let entries = try staging.entries(of: partial)
            #expect(entries.map(\.entry.path.description) == ["a", "b", "closed/c", "closed/d", "e"])
            #expect(entries.map(\.entry.isStale) == [false, true, true, true, false])
            #expect(try site.tree(dataset)["b"] == "b")

            // Readable again: what is as it was loses its mark without being read, what changed is read.
            chmod(site.source + "/b", 0o644)
            let whole = try site.collect(staging, dataset)
            let complete = try #require(whole.published)
            #expect(complete.outcome == .complete)
            #expect(whole.figures.filesRead == 1)
            #expect(try staging.entries(of: complete).allSatisfy { !$0.entry.isStale })
            #expect(try site.tree(dataset)["b"] == "changed")
        }
    }

    @Test func `and was never read is left out and named`() throws {
        try asOrdinaryUser {
            try site.put("a", "a")
            try site.put("b", "b", mode: 0)
            let staging = try site.open()
            let result = try site.collect(staging)
            let partial = try #require(result.published)
            #expect(partial.outcome == .partial)
            #expect(try staging.paths(of: partial) == ["a"])
            #expect(partial.shortfalls.map(\.path) == ["b"])
            // The same again is no news.
            #expect(try site.collect(staging).unchanged == partial)
        }
    }

    @Test func `because it vanished after it was listed is named`() throws {
        for path in ["a", "b", "c"] { try site.put(path, path) }
        let staging = try site.open()
        try site.collect(staging)
        try site.put("b", "new")
        let place = site.source + "/b"
        let folder = SourceFolder(
            path: site.source,
            include: { path in
                if path.description == "b" { unlink(place) }
                return .take
            })
        let partial = try #require(try site.collect(staging, .mirror, Gathering(parts: [.folder(folder)])).published)
        #expect(partial.shortfalls == [Shortfall(path: "b", reason: "vanished while it was being collected")])
        #expect(try staging.entries(of: partial).map(\.entry.isStale) == [false, true, false])
        // By now it is plainly gone.
        let complete = try #require(try site.collect(staging).published)
        #expect(complete.outcome == .complete)
        #expect(try staging.paths(of: complete) == ["a", "c"])
    }

    @Test(arguments: [1, 2, 3])
    func `because it changes while it is read is read again, three times at most`(changes: Int) throws {
        try site.put("log", "old")
        try site.collect(site.open())
        try site.put("log", "new")
        // The clock is asked after the reading and before the second look.
        let left = Mutex(changes)
        let place = site.source + "/log"
        site.options.fileClock = {
            let isDue = left.withLock { left in
                left -= 1
                return left >= 0
            }
            if isDue, let file = Descriptor.opening(CName(place), O_WRONLY | O_APPEND) { write(file.number, "+", 1) }
            var now = currentFileTime()
            now.seconds += 3600
            return now
        }
        let staging = try site.open()
        let result = try site.collect(staging)
        let generation = try #require(result.published)
        #expect(result.figures.filesRead == min(UInt64(changes) + 1, 3))
        if changes < 3 {
            #expect(generation.outcome == .complete)
            #expect(try site.tree() == ["log": "new" + String(repeating: "+", count: changes)])
        } else {
            #expect(generation.outcome == .partial)
            #expect(
                generation.shortfalls == [
                    Shortfall(path: "log", reason: "changed each of 3 times that it was read")
                ])
            #expect(try staging.entries(of: generation).map(\.entry.isStale) == [true])
            #expect(try site.tree() == ["log": "old"])
        }
    }

    @Test func `of a set taken by reference stays only if the store has it`() throws {
        try asOrdinaryUser {
            for path in ["a", "b", "c"] { try site.put(path, path) }
            let staging = try site.open()
            let first = try #require(try site.collect(staging, .byReference).published)
            let chunks = try staging.entries(of: first).flatMap { $0.entry.chunks.map(\.id) }
            try staging.markAtStore([chunks[1]])
            try site.put("b", "new", mode: 0)
            try site.put("c", "new", mode: 0)
            let partial = try #require(try site.collect(staging, .byReference).published)
            #expect(try staging.paths(of: partial) == ["a", "b"])
            #expect(try staging.entries(of: partial).map(\.entry.isStale) == [false, true])
            #expect(partial.shortfalls.map(\.path) == ["b", "c"])
        }
    }

    @Test func `or what the collector knows to be missing makes the outcome partial`() throws {
        try site.put("a", "a")
        let staging = try site.open()
        var gathering = site.folder
        gathering.shortfalls = [Shortfall(path: "x", reason: "is not installed")]
        let first = try #require(try site.collect(staging, .mirror, gathering).published)
        #expect(first.outcome == .partial)
        #expect(first.shortfalls == gathering.shortfalls)
        // The same files, now known to be all: that is a generation of its own.
        let second = try #require(try site.collect(staging).published)
        #expect(second.outcome == .complete)
        #expect(second.shortfalls.isEmpty)
        gathering = site.folder
        gathering.sourceIsPartial = true
        #expect(try site.collect(staging, .mirror, gathering).published?.outcome == .partial)
    }

    @Test func `is named a thousand times at most, and counted beyond`() throws {
        try site.put("a", "a")
        var gathering = site.folder
        gathering.shortfalls = (0..<1500).map { Shortfall(path: "\($0)", reason: "is missing") }
        let shortfalls = try #require(try site.collect(site.open(), .mirror, gathering).published?.shortfalls)
        #expect(shortfalls.count == 1000)
        #expect(shortfalls[998].path == "998")
        #expect(shortfalls[999] == Shortfall(path: "", reason: "and 501 more"))
    }
}
