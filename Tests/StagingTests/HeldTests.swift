import Glibc
import LevelTree
import Testing

@testable import Staging

@Suite("A generation whose year is not known")
struct HeldTests {
    let site: Site

    init() throws { site = try Site() }

    private struct Crash: Error {}

    private func clock(boot: String?, seconds: Double = 120) -> CollectionClock {
        CollectionClock(
            startedMilliseconds: boot == nil ? 1_530_003_600_000 : 946_684_800_000, bootSeconds: seconds,
            isTrusted: boot == nil, heldBoot: boot)
    }

    @discardableResult
    private func collect(
        _ staging: Staging, _ dataset: Dataset, boot: String? = nil, year: Int = 2018, memory: [UInt8]? = nil
    ) throws -> Generation {
        var gathering = site.folder
        gathering.memory = memory
        if case .files = dataset.shape {
            gathering.parts = [.file(at: SourcePlace(site.source + "/a"), as: try RelativePath("server_settings.py"))]
        }
        return try #require(
            try staging.collect(dataset, year: Year(year), gathering: gathering, clock: clock(boot: boot)).published)
    }

    private func filing(_ generation: Generation, _ year: Int, isCertain: Bool = true) throws -> Filing {
        Filing(
            sequence: generation.sequence, year: try Year(year), startedMilliseconds: 1_546_400_000_000,
            isCertain: isCertain)
    }

    @Test func `is not sent, and what it stands before is not let go, until it is filed where it is`() throws {
        try site.put("a", "old")
        let staging = try site.open()
        let first = try collect(staging, .mirror)
        try site.put("a", "older by the clock")
        let held = try collect(staging, .mirror, boot: "b1")
        #expect(held.held == HeldMoment(bootID: "b1", bootSeconds: 120))
        #expect(try staging.pendingGenerations().map(\.sequence) == [first.sequence])
        #expect(try staging.heldGenerations() == [held])

        try staging.file([filing(held, 2018)])
        let filed = try #require(try staging.pendingGenerations().first)
        #expect(try staging.pendingGenerations().count == 1)
        #expect(filed.sequence == held.sequence && filed.held == nil && filed.isClockTrusted)
        #expect(filed.startedMilliseconds == 1_546_400_000_000)
        #expect(filed.finishedMilliseconds - filed.startedMilliseconds == held.finishedMilliseconds - 946_684_800_000)
        #expect(try staging.heldGenerations().isEmpty)
    }

    @Test(arguments: [Dataset.mirror, .accumulating, .byReference, .settings])
    func `is filed under another year, and the year before is as it was`(dataset: Dataset) throws {
        try site.put("a", "old")
        try site.put("kept", "same")
        let staging = try site.open()
        let first = try collect(staging, dataset)
        try site.put("a", "new")
        let held = try collect(staging, dataset, boot: "b1")
        try staging.file([filing(held, 2019)])

        let current = try staging.currentGenerations()
        #expect(current.map(\.year.number) == [2018, 2019])
        #expect(current.first?.sequence == first.sequence)
        #expect(try staging.pendingGenerations().map(\.year.number) == [2018, 2019])
        guard dataset != .byReference else { return }
        let name = dataset == .settings ? "server_settings.py" : "a"
        #expect(try site.tree(dataset)[name] == "old")
        #expect(try site.tree(dataset, year: 2019)[name] == "new")
        #expect(try staging.content(name, of: #require(current.last)) == Array("new".utf8))
        #expect(Set(site.generationFolders) == Set(current.map { String($0.sequence) }))
    }

    @Test(arguments: [2018, 2019])
    func `a new enrolment sends also what stood before it`(year: Int) throws {
        try site.put("a", "old")
        let staging = try site.open()
        let first = try collect(staging, .mirror)
        try staging.acknowledge(receipt(for: first))
        try site.put("a", "new")
        let held = try collect(staging, .mirror, boot: "b1")
        try staging.startAnew(heads: [])
        #expect(try staging.pendingGenerations().map(\.sequence) == [first.sequence])
        #expect(try staging.content("a", of: first) == Array("old".utf8))
        try staging.file([filing(held, year)])
        #expect(try staging.pendingGenerations().map(\.year.number) == (year == 2018 ? [2018] : [2018, 2019]))
        #expect(try site.tree(.mirror)["a"] == (year == 2018 ? "new" : "old"))
    }

    @Test func `of what accumulates takes along only what came or changed`() throws {
        try site.put("old", "x")
        try site.put("grown", "x")
        let staging = try site.open()
        try collect(staging, .accumulating)
        try site.put("grown", "xy")
        try site.put("new", "z")
        let held = try collect(staging, .accumulating, boot: "b1")
        try staging.file([filing(held, 2019)])
        #expect(try site.tree(.accumulating, year: 2019) == ["grown": "xy", "new": "z"])
        #expect(try site.tree(.accumulating) == ["old": "x", "grown": "x"])
        // And the next one of that year goes on from it.
        try site.put("newer", "z")
        try site.remove("new")
        let next = try collect(staging, .accumulating, year: 2019)
        #expect(try staging.paths(of: next) == ["grown", "new", "newer", "old"])
    }

    @Test func `takes along all that its collector remembers, and the memory`() throws {
        try site.put("old", "x")
        let staging = try site.open()
        try collect(staging, .accumulating, memory: [1])
        try site.put("new", "z")
        let held = try collect(staging, .accumulating, boot: "b1", memory: [2])
        try staging.file([filing(held, 2019)])
        #expect(try site.tree(.accumulating, year: 2019) == ["old": "x", "new": "z"])
        #expect(try staging.memory(of: .accumulating) == CollectorMemory(year: Year(2019), bytes: [2]))
    }

    @Test func `takes along only what came behind, where each line is taken once in whatever year`() throws {
        let staging = try site.open()
        func take(_ lines: String, boot: String?) throws {
            let name = "../made/\(boot ?? "first")"
            try site.put(name, lines, mode: 0o600)
            let made = MadeFile(
                path: "\(site.source)/\(name)", mode: 0o640, modified: FileTime(seconds: 1, nanoseconds: 0),
                continuesLast: true)
            var gathering = site.folder
            gathering.parts.append(.made(made, as: try RelativePath("log")))
            gathering.memory = Array(lines.utf8)
            let clock = clock(boot: boot)
            try #require(
                try staging.collect(.accumulating, year: Year(2018), gathering: gathering, clock: clock).published
                    != nil)
        }
        try site.put("grown", "123")
        try site.put("same", "x")
        try take("one\n", boot: nil)
        try site.put("grown", "1234")
        try take("two\n", boot: "b1")
        try take("three\n", boot: "b2")
        try staging.file(staging.heldGenerations().map { try filing($0, 2019) }, takenOnce: [.accumulating])
        #expect(try site.tree(.accumulating) == ["grown": "123", "log": "one\n", "same": "x"])
        // What is at the source begins each year anew.
        #expect(try site.tree(.accumulating, year: 2019) == ["grown": "1234", "log": "two\nthree\n"])
        let memory = try staging.memory(of: .accumulating)
        #expect(try memory == CollectorMemory(year: Year(2019), bytes: Array("three\n".utf8)))
        let filed = try #require(try staging.currentGenerations().last)
        #expect(try staging.content("log", of: filed) == Array("two\nthree\n".utf8))
        #expect(filed.bytes == 14 && filed.files == 2)
    }

    @Test func `takes along all that its collector remembers, also when it is the second of two boots`() throws {
        try site.put("old", "x")
        let staging = try site.open()
        try collect(staging, .accumulating, memory: [1])
        try site.put("new", "y")
        try collect(staging, .accumulating, boot: "b1", memory: [2])
        try site.put("newer", "z")
        try collect(staging, .accumulating, boot: "b2", memory: [3])
        try staging.file(staging.heldGenerations().map { try filing($0, 2019) })
        #expect(try site.tree(.accumulating, year: 2019) == ["old": "x", "new": "y", "newer": "z"])
        #expect(try staging.memory(of: .accumulating) == CollectorMemory(year: Year(2019), bytes: [3]))
    }

    @Test func `of several boots is filed one by one, each under its own year`() throws {
        let staging = try site.open()
        for (content, boot) in [("1", "b1"), ("2", "b2"), ("3", "b2")] {
            try site.put("a", content)
            try collect(staging, .mirror, boot: boot)
        }
        // The later of one boot stands in for the earlier.
        let held = try staging.heldGenerations()
        #expect(held.compactMap(\.held?.bootID) == ["b1", "b2"])
        try staging.file([filing(held[0], 2018, isCertain: false), filing(held[1], 2019)])
        #expect(try site.tree() == ["a": "1"])
        #expect(try site.tree(year: 2019) == ["a": "3"])
        #expect(try staging.currentGenerations().map(\.isClockTrusted) == [false, true])
    }

    @Test(arguments: [2018, 2019])
    func `has files under their true names then, where they tell a date`(year: Int) throws {
        try site.put("m", "x")
        let staging = try site.open()
        try collect(staging, .accumulating)
        for name in ["b-held", "n-held", "taken-held", "taken"] { try site.put(name, name) }
        let held = try collect(staging, .accumulating, boot: "b1")
        let names = ["b-held": "z", "n-held": "a", "taken-held": "taken"]
        try staging.file([filing(held, year)]) { _, path in
            try? names[String(decoding: path.bytes, as: UTF8.self)].map { try RelativePath($0) }
        }
        let carried = year == 2018 ? ["m": "x"] : [:]
        let expected = ["z": "b-held", "a": "n-held", "taken-held": "taken-held", "taken": "taken"]
            .merging(carried) { first, _ in first }
        #expect(try site.tree(.accumulating, year: year) == expected)
        let filed = try #require(try staging.pendingGenerations().last)
        #expect(try staging.paths(of: filed) == expected.keys.sorted())
        #expect(try staging.content("z", of: filed) == Array("b-held".utf8))
        #expect(try staging.heldGenerations().isEmpty)
    }

    @Test func `that is filed twice is filed once`() throws {
        try site.put("a", "1")
        let staging = try site.open()
        let held = try collect(staging, .mirror, boot: "b1")
        for _ in 0..<2 { try staging.file([filing(held, 2019)]) }
        #expect(try staging.currentGenerations().map(\.year.number) == [2019])
        #expect(!site.files(below: site.stagingPath + "/tree").keys.contains { $0.hasPrefix("2018") })
    }

    @Test(arguments: [Dataset.mirror, .accumulating, .byReference, .settings], PublishingStep.allCases)
    func `is held or filed after a crash, and never lost`(dataset: Dataset, step: PublishingStep) throws {
        try site.put("a", "old")
        try collect(site.open(), dataset)
        try site.put("a", "new")
        let held = try collect(site.open(), dataset, boot: "b1")
        site.options.beforeStep = { if $0 == step { throw Crash() } }
        // A set by reference and one of single files do not go through every step.
        _ = try? site.open().file([filing(held, 2019)])

        site.options.beforeStep = { _ in }
        let staging = try site.open()
        let isFiled = try staging.heldGenerations().isEmpty
        #expect(isFiled == (step != .makeDurable && step != .record))
        try staging.file([filing(held, 2019)])
        #expect(try staging.currentGenerations().map(\.year.number) == [2018, 2019])
        guard dataset != .byReference else { return }
        let name = dataset == .settings ? "server_settings.py" : "a"
        #expect(try site.tree(dataset)[name] == "old")
        #expect(try site.tree(dataset, year: 2019)[name] == "new")
    }
}
