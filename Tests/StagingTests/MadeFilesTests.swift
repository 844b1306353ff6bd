import Content
import Glibc
import LevelTree
import Synchronization
import Testing

@testable import Staging

@Suite("What a collector makes")
struct MadeFilesTests {
    let site: Site

    init() throws { site = try Site() }

    /// A file as a collector makes it, beside the staging directory's own.
    private func made(
        _ name: String, _ content: String, seconds: Int64 = 1_530_000_000, continuesLast: Bool = false
    ) throws -> MadeFile {
        try site.put("../made/\(name)", content, mode: 0o600)
        return MadeFile(
            path: "\(site.root)/made/\(name)", mode: 0o640, modified: FileTime(seconds: seconds, nanoseconds: 5),
            continuesLast: continuesLast)
    }

    private func gathering(_ files: [String: MadeFile], memory: String? = nil) throws -> Gathering {
        Gathering(
            parts: try files.map { .made($0.value, as: try RelativePath($0.key)) },
            memory: memory.map { Array($0.utf8) })
    }

    private func memory(_ staging: Staging, _ dataset: Dataset) throws -> String? {
        try staging.memory(of: dataset).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test func `is linked in, with the mode and time that it was given`() throws {
        let staging = try site.open()
        let file = try made("dump", "BSON")
        let generation = try #require(
            try site.collect(staging, .mirror, try gathering(["db/Nodes.bson": file])).published)
        #expect(try site.tree()["db/Nodes.bson"] == "BSON")
        #expect(site.status(file.path)?.inode == site.status("\(try site.treePath())/db/Nodes.bson")?.inode)
        let entry = try #require(try staging.entries(of: generation).first?.entry)
        #expect(entry.mode == 0o640)
        #expect(entry.modified == file.modified)
        #expect(try staging.content("db/Nodes.bson", of: generation) == Array("BSON".utf8))
    }

    @Test func `says the same as before: no generation, and the earlier time stays`() throws {
        let staging = try site.open()
        let first = try site.collect(staging, .mirror, try gathering(["a": try made("1", "same")])).published
        let again = try made("2", "same", seconds: 1_600_000_000)
        #expect(try site.collect(staging, .mirror, try gathering(["a": again])).unchanged == first)
        #expect(site.status(again.path) != nil)
    }

    @Test func `says something else: it takes the earlier file's place`() throws {
        let staging = try site.open()
        try site.collect(staging, .mirror, try gathering(["a": try made("1", "same"), "b": try made("b", "old")]))
        let second = [
            "a": try made("2", "same", seconds: 1_600_000_000), "b": try made("3", "new", seconds: 1_600_000_000),
        ]
        let generation = try #require(try site.collect(staging, .mirror, try gathering(second)).published)
        #expect(try site.tree() == ["a": "same", "b": "new"])
        #expect(try staging.entries(of: generation).map(\.entry.modified.seconds) == [1_530_000_000, 1_600_000_000])
    }

    @Test func `continues the last generation's file`() throws {
        let staging = try site.open()
        let name = "access.log-20180816.log"
        for (number, lines) in ["one\n", "two\nthree\n", String(repeating: "x", count: 300_000)].enumerated() {
            let file = try made("\(number)", lines, seconds: 1_530_000_000 + Int64(number), continuesLast: true)
            #expect(try site.collect(staging, .accumulating, try gathering([name: file])).published != nil)
        }
        let whole = "one\ntwo\nthree\n" + String(repeating: "x", count: 300_000)
        #expect(try site.tree(.accumulating)[name] == whole)
        let current = try #require(try staging.currentGenerations().first)
        #expect(try staging.content(name, of: current) == Array(whole.utf8))
    }

    @Test func `does not continue what was another year's`() throws {
        let staging = try site.open()
        let old = try gathering(["a.log": try made("1", "old\n", continuesLast: true)])
        try site.collect(staging, .accumulating, year: 2018, old)
        let new = try gathering(["a.log": try made("2", "new\n", continuesLast: true)])
        try site.collect(staging, .accumulating, year: 2019, new)
        #expect(try site.tree(.accumulating, year: 2018) == ["a.log": "old\n"])
        #expect(try site.tree(.accumulating, year: 2019) == ["a.log": "new\n"])
    }

    @Test func `is taken once, though the pass had to begin anew: a staged copy was gone`() throws {
        let staging = try site.open()
        try site.collect(staging, .accumulating, try gathering(["b.log": try made("1", "old\n")]))
        unlink("\(try site.treePath(.accumulating))/b.log")
        let files = [
            "a.log": try made("2", "new\n", continuesLast: true), "b.log": try made("3", "new\n", continuesLast: true),
        ]
        let partial = try #require(
            try site.collect(staging, .accumulating, try gathering(files, memory: "after")).published)
        #expect(try site.tree(.accumulating) == ["a.log": "new\n", "b.log": "new\n"])
        #expect(partial.shortfalls.map(\.path) == ["b.log"])
        #expect(try memory(staging, .accumulating) == "after")
    }

    @Test(arguments: [("[1]", Outcome.complete), ("[2]", .partial)])
    func `is read again at its source where the staged copy was damaged, if it is the same`(
        content: String, expected: Outcome
    ) throws {
        let staging = try site.open()
        let first = try #require(
            try site.collect(staging, .accumulating, try gathering(["a.json": try made("1", "[1]")])).published)
        let copy = try #require(Descriptor.opening(CName(try site.treePath(.accumulating) + "/a.json"), O_WRONLY))
        pwrite(copy.number, "X", 1, 1)
        #expect(throws: StagingError.self) { try staging.content("a.json", of: first) }
        try site.put("log.json", content)
        let place = SourcePlace("\(site.source)/log.json")
        var next = try gathering(["b.json": try made("2", "[]")])
        next.standing = { $0.bytes == Array("a.json".utf8) ? place : nil }
        let generation = try #require(try site.collect(staging, .accumulating, next).published)
        #expect(generation.outcome == expected)
        let whole = ["a.json": "[1]", "b.json": "[]"]
        #expect(try site.tree(.accumulating) == (expected == .complete ? whole : ["b.json": "[]"]))
    }

    @Test func `continues what was staged, and what could not be had stays, though the list of it was damaged`() throws
    {
        let staging = try site.open()
        let old = ["a.log": try made("1", "one\n"), "b.json": try made("2", "[]"), "c.csv": try made("3", "1")]
        let first = try #require(try site.collect(staging, .accumulating, try gathering(old)).published)
        truncate("\(site.stagingPath)/generations/\(first.sequence)/entries", 40)
        var next = try gathering(["a.log": try made("4", "two\n", continuesLast: true)])
        next.parts.append(.missed(try RelativePath("b.json"), reason: "is empty"))
        next.parts.append(
            .waiting(at: SourcePlace("\(site.source)/c.csv"), as: try RelativePath("c.csv"), reason: "is new"))
        let partial = try #require(try site.collect(staging, .accumulating, next).published)
        #expect(try site.tree(.accumulating) == ["a.log": "one\ntwo\n", "b.json": "[]", "c.csv": "1"])
        #expect(try staging.entries(of: partial).map(\.entry.isStale) == [false, true, false])
    }

    @Test func `is not remembered if it is gone before it was taken`() throws {
        let staging = try site.open()
        let file = try made("1", "one\n", continuesLast: true)
        unlink(file.path)
        #expect(throws: StagingError.self) {
            try site.collect(staging, .accumulating, try gathering(["a.log": file], memory: "after"))
        }
        #expect(try memory(staging, .accumulating) == nil)
    }

    @Test func `needs no more room on the disk than it takes already`() throws {
        let root = try #require(Descriptor.openingFolder(CName(site.root)))
        let disk = try DiskSpace(of: root)
        let free = disk.free
        // Half of what is free is the reserve, so that what other programs write meanwhile changes nothing.
        let bounds = DiskBounds(budget: 1 << 60, keepFree: free / 2, disk: disk.size)
        var gauge = DiskGauge(folder: root, bounds: bounds, used: 0)
        #expect(throws: StagingError.self) { try gauge.admit(free) }
        gauge.withdraw(free)
        try gauge.admitWritten(free)
        #expect(gauge.added >= free)
    }

    @Test func `is left out of a set taken by reference, and named`() throws {
        let staging = try site.open()
        let result = try site.collect(staging, .byReference, try gathering(["a": try made("1", "x")]))
        #expect(result.shortfalls.map(\.path) == ["a"])
    }

    @Test func `could not be had: the last good file stays, stale, and the pass is partial`() throws {
        let staging = try site.open()
        try site.collect(staging, .mirror, try gathering(["db/a": try made("1", "a"), "db/b": try made("2", "b")]))
        let parts: [Gathering.Part] = [
            .made(try made("3", "a2"), as: try RelativePath("db/a")),
            .missed(try RelativePath("db/b"), reason: "the dump was cut"),
        ]
        let generation = try #require(try site.collect(staging, .mirror, Gathering(parts: parts)).published)
        #expect(generation.outcome == .partial)
        #expect(generation.shortfalls == [Shortfall(path: "db/b", reason: "the dump was cut")])
        #expect(try site.tree() == ["db/a": "a2", "db/b": "b"])
        #expect(try staging.entries(of: generation).map(\.entry.isStale) == [false, true])
    }

    @Test func `still in the making waits: nothing of the last generation changes, and nothing is missing`() throws {
        try site.put("a.csv", "one")
        try site.put("b.csv", "whole")
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        try site.put("b.csv", "hal", seconds: 1_530_000_500)
        try site.put("c.csv", "new")
        let waiting = Gathering(parts: [
            .folder(
                SourceFolder(
                    path: site.source,
                    include: { $0.lastComponent.first == UInt8(ascii: "a") ? .take : .wait("was changed just now") }))
        ])
        let result = try site.collect(staging, .mirror, waiting)
        #expect(result.unchanged == first)
        #expect(result.shortfalls.isEmpty)
        #expect(result.skipped.map(\.path) == ["b.csv", "c.csv"])
        #expect(try site.tree() == ["a.csv": "one", "b.csv": "whole"])
    }

    @Test func `changed within a time that may not be over waits, and so does nothing that is newer than that`() throws
    {
        try site.put("a", "settled", seconds: 1_530_000_000)
        try site.put("b", "a moment ago", seconds: 1_530_000_061)
        try site.put("c", "from the future", seconds: 1_530_000_181)
        var folder = SourceFolder(path: site.source)
        folder.unsettled =
            FileTime(seconds: 1_530_000_060, nanoseconds: 0)...FileTime(seconds: 1_530_000_180, nanoseconds: 0)
        var gathering = Gathering(parts: [.folder(folder)])
        gathering.skipped = [Shortfall(path: "x.zip", reason: "waits")]
        let survey = SourceSurvey(of: gathering)
        #expect((survey.files, survey.waitingCount) == (2, 1))
        let result = try site.collect(try site.open(), .mirror, gathering)
        #expect(result.outcome == .complete)
        #expect(result.skipped.map(\.path) == ["x.zip", "b"])
        #expect(try site.tree() == ["a": "settled", "c": "from the future"])
    }

    @Test func `is remembered with what is published`() throws {
        let staging = try site.open()
        let dataset = Dataset.accumulating
        #expect(try staging.memory(of: dataset) == nil)
        try site.collect(staging, dataset, try gathering(["a.log": try made("1", "one\n")], memory: "4"))
        #expect(try memory(staging, dataset) == "4")
        #expect(try staging.memory(of: dataset)?.year == Year(Site.year))
        // Nothing changed but what is remembered.
        try site.collect(staging, dataset, try gathering(["a.log": try made("2", "one\n")], memory: "4, rotated"))
        #expect(try memory(staging, dataset) == "4, rotated")
        try site.collect(staging, dataset, try gathering(["a.log": try made("3", "one\n")]))
        #expect(try memory(staging, dataset) == "4, rotated")
    }

    @Test func `is not remembered if the pass does not end well`() throws {
        let isPowerFailing = Atomic(false)
        site.options.beforeStep = { step in
            if step == .record, isPowerFailing.load(ordering: .relaxed) { throw StagingError(.io, "power fails") }
        }
        let staging = try site.open()
        try site.collect(staging, .accumulating, try gathering(["a.log": try made("1", "one\n")], memory: "before"))
        let stopping = try gathering(["a.log": try made("2", "two\n")], memory: "after")
        #expect(throws: CancellationError.self) {
            try staging.collect(.accumulating, year: Year(Site.year), gathering: stopping, clock: Site.clock) { _ in
                throw CancellationError()
            }
        }
        #expect(try memory(staging, .accumulating) == "before")

        isPowerFailing.store(true, ordering: .relaxed)
        #expect(throws: StagingError.self) { try site.collect(staging, .accumulating, stopping) }
        #expect(try memory(staging, .accumulating) == "before")
        #expect(try site.tree(.accumulating) == ["a.log": "one\n"])
    }
}
