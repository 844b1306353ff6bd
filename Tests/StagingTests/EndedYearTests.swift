import Content
import Glibc
import LevelTree
import Synchronization
import Testing
import Wire

@testable import Staging

@Suite("An ended year's unsent last state of what is taken by reference")
struct EndedYearTests {
    let site: Site

    init() throws {
        site = try Site()
        for name in ["a", "b/1", "b/2", "c"] { try site.put(name, "content of \(name)") }
    }

    private struct Crash: Error {}

    private func collect(
        _ staging: Staging, year: Int = 2018, boot: String? = nil, disbelief: String? = nil
    ) throws -> CollectionResult {
        let clock = CollectionClock(
            startedMilliseconds: Site.clock.startedMilliseconds + Int64(year - 2018), bootSeconds: 100,
            isTrusted: boot == nil, heldBoot: boot)
        return try staging.collect(
            .byReference, year: Year(year), gathering: site.folder, clock: clock, disbelief: disbelief)
    }

    private func pending(_ staging: Staging, _ year: Int = 2018) throws -> [Generation] {
        try staging.pendingGenerations().filter { $0.year.number == year }
    }

    private func markAtStore(_ paths: [String], of generation: Generation, _ staging: Staging) throws {
        let entries = try staging.entries(of: generation)
        let chosen = entries.filter { paths.contains(String(decoding: $0.entry.path.bytes, as: UTF8.self)) }
        try staging.markAtStore(chosen.flatMap { $0.entry.chunks.map(\.id) })
    }

    @Test func `is made anew without what is gone, and names it`() throws {
        let staging = try site.open()
        let first = try #require(try collect(staging).published)
        try site.remove("b/1")
        let result = try collect(staging, year: 2019)
        let remade = try #require(result.remade.first)
        #expect(try pending(staging) == [remade])
        #expect(remade.sequence > first.sequence && remade.outcome == .partial)
        #expect(remade.startedMilliseconds == first.startedMilliseconds)
        #expect(remade.shortfalls == [Shortfall(path: "b/1", reason: "was gone at its source before it was sent")])
        #expect(try staging.paths(of: remade) == ["a", "b/2", "c"])
        #expect(try staging.content("b/2", of: remade) == Array("content of b/2".utf8))
        #expect(result.published?.outcome == .complete)
        #expect(try staging.generation(first.sequence) == nil)
        #expect(site.generationFolders.count == 2)
        // The new year's link in the tree is one more.
        #expect(try staging.diskUse().used == (try site.measured()) + FolderRemoval.folderFootprint)
        // And again, with what goes next.
        try site.remove("c")
        let second = try #require(try collect(staging, year: 2019).remade.first)
        #expect(second.shortfalls.map(\.path) == ["b/1", "c"])
        #expect(try collect(staging, year: 2019).remade.isEmpty)
    }

    @Test func `stays as it is while nothing of it is gone, or only what the store has`() throws {
        let staging = try site.open()
        let first = try #require(try collect(staging).published)
        try site.put("new", "of the next year")
        #expect(try collect(staging, year: 2019).remade.isEmpty)
        try markAtStore(["b/1"], of: first, staging)
        try site.remove("b/1")
        #expect(try collect(staging, year: 2019).remade.isEmpty)
        #expect(try pending(staging) == [first])
    }

    @Test func `keeps a file whose bytes lie in a spooled frame, until that frame is given up`() throws {
        let staging = try site.open()
        let first = try #require(try collect(staging).published)
        let chunks = try staging.entries(of: first).filter { $0.entry.path.bytes.starts(with: Array("b".utf8)) }
            .flatMap { $0.entry.chunks.map(\.id) }
        let body = Array("a frame".utf8)
        let frame = try body.withUnsafeBytes {
            try staging.spool(frame: ChunkID(hashing: body), body: $0, chunks: chunks)
        }
        try site.remove("b/1")
        try site.put("b/2", "CONTENT of b/2")
        #expect(try collect(staging, year: 2019).remade.isEmpty)
        #expect(try pending(staging) == [first])
        try staging.discardFrame(frame.id)
        #expect(try collect(staging, year: 2019).remade.first?.shortfalls.map(\.path) == ["b/1", "b/2"])
    }

    @Test func `has what the store has of an older state of a file, marked stale`() throws {
        let staging = try site.open()
        let old = try #require(try collect(staging).published)
        try markAtStore(["a", "b/1", "b/2", "c"], of: old, staging)
        try staging.acknowledge(receipt(for: old))
        try site.put("b/1", "newer content")
        try site.put("b/3", "new")
        _ = try collect(staging)
        try site.remove("b/1")
        try site.remove("b/3")
        let remade = try #require(try collect(staging, year: 2019).remade.first)
        let entries = try staging.entries(of: remade).map(\.entry)
        #expect(entries.map(\.isStale) == [false, true, false, false])
        #expect(entries[1].chunks == (try staging.entries(of: old)[1].entry.chunks))
        #expect(remade.shortfalls.map(\.path) == ["b/1", "b/3"])
    }

    @Test func `lacks a file that has other content now`() throws {
        let staging = try site.open()
        _ = try collect(staging)
        try site.put("c", "CONTENT OF c")
        let result = try collect(staging, year: 2019)
        #expect(
            result.remade.first?.shortfalls == [
                Shortfall(path: "c", reason: "was changed at its source before it was sent")
            ])
        #expect(result.published?.files == 4)
    }

    @Test(arguments: [false, true])
    func `is whole after its disk was copied to another one`(keepsTimes: Bool) throws {
        let staging = try site.open()
        let first = try #require(try collect(staging).published)
        try site.remove("b")
        for name in ["b/1", "b/2"] {
            try site.put(name, "content of \(name)", seconds: keepsTimes ? 1_530_000_000 : 1_540_000_000)
        }
        #expect(throws: StagingError.self) { try staging.content("b/1", of: first) }
        let result = try collect(staging, year: 2019)
        // A generation's manifest is always the same, and has the times.
        #expect(result.remade.isEmpty == keepsTimes)
        let sent = try #require(try pending(staging).first)
        #expect(sent.outcome == .complete && sent.files == 4)
        #expect((sent == first) == keepsTimes)
        #expect(try staging.content("b/1", of: sent) == Array("content of b/1".utf8))
    }

    @Test func `waits while its source is away`() throws {
        let staging = try site.open()
        let first = try #require(try collect(staging).published)
        rename(site.source, site.root + "/away")
        for _ in 0..<3 { #expect(try collect(staging, year: 2019).failedReason != nil) }
        // As an empty mount point: the new year's pass believes it in the end, the old year does not.
        mkdir(site.source, 0o755)
        for _ in 0..<4 { #expect(try collect(staging, year: 2019).remade.isEmpty) }
        #expect(try pending(staging) == [first])
        rmdir(site.source)
        rename(site.root + "/away", site.source)
        #expect(try collect(staging, year: 2019).remade.isEmpty)
        #expect(try staging.content("c", of: first) == Array("content of c".utf8))
    }

    @Test func `waits while the pass is held back, or its source is not believed`() throws {
        let staging = try site.open()
        let first = try #require(try collect(staging).published)
        for name in ["a", "b"] { try site.remove(name) }
        #expect(try collect(staging, year: 2019).heldReason != nil)
        #expect(try pending(staging) == [first])
        try site.put("d", "d")
        #expect(try collect(staging, year: 2019, disbelief: "the disk is away").remade.isEmpty)
        #expect(try pending(staging) == [first])
        _ = try collect(staging, year: 2019)
        #expect(try collect(staging, year: 2019).remade.first?.shortfalls.count == 3)
    }

    @Test func `waits for what cannot be read`() throws {
        if isRoot { chown(site.source + "/b", ordinaryUser, ordinaryUser) }
        try asOrdinaryUser {
            let staging = try site.open()
            let first = try #require(try collect(staging).published)
            try site.remove("c")
            chmod(site.source + "/b", 0)
            defer { chmod(site.source + "/b", 0o755) }
            #expect(try collect(staging, year: 2019).remade.isEmpty)
            #expect(try pending(staging) == [first])
            chmod(site.source + "/b", 0o755)
            #expect(try collect(staging, year: 2019).remade.first?.shortfalls.map(\.path) == ["c"])
        }
    }

    @Test func `waits while its commit is in doubt, and while nobody knows the year`() throws {
        let staging = try site.open()
        let first = try #require(try collect(staging).published)
        try staging.recordCommit(of: first, request: [1])
        try site.remove("c")
        #expect(try collect(staging, year: 2019).remade.isEmpty)
        try staging.withdrawCommit(first.sequence)
        #expect(try collect(staging, year: 2019, boot: "b1").remade.isEmpty)
        #expect(try collect(staging, year: 2019).remade.count == 1)
    }

    @Test(arguments: PublishingStep.allCases)
    func `is there once where it breaks off, before or after, and is told; what the pass came to stands`(
        step: PublishingStep
    ) throws {
        _ = try collect(site.open())
        try site.remove("c")
        let published = Mutex(0)
        site.options.beforeStep = { passed in
            if passed == .makeDurable { published.withLock { $0 += 1 } }
            // What the pass itself came to is the first.
            if passed == step, published.withLock({ $0 }) == 2 { throw Crash() }
        }
        let result = try collect(site.open(), year: 2019)
        let isRemade = step != .makeDurable && step != .record
        let new = try #require(result.published)
        #expect(result.endedYearProblem == "Crash()" && result.remade.isEmpty == !isRemade)

        site.options.beforeStep = { _ in }
        let staging = try site.open()
        #expect(try pending(staging, 2019) == [new])
        #expect(try pending(staging).map(\.outcome) == [isRemade ? .partial : .complete])
        #expect(try collect(staging, year: 2019).remade.count == (isRemade ? 0 : 1))
        let remade = try #require(try pending(staging).first)
        #expect(try pending(staging).count == 1 && remade.shortfalls.map(\.path) == ["c"])
        #expect(site.generationFolders.count == 2)
        #expect(try staging.diskUse().used == (try site.measured()) + FolderRemoval.folderFootprint)
    }
}
