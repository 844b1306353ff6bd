import GRDB
import Glibc
import LevelTree
import Synchronization
import Testing

@testable import Staging

@Suite("A held generation that something stands in the way of")
struct UnfiledTests {
    let site: Site

    init() throws { site = try Site() }

    private static let untrusted = CollectionClock(
        startedMilliseconds: 946_684_800_000, bootSeconds: 120, isTrusted: false, heldBoot: "b1")

    private func collect(
        _ staging: Staging, _ dataset: Dataset, _ clock: CollectionClock = UnfiledTests.untrusted, year: Int = Site.year
    ) throws -> Generation {
        try #require(
            try staging.collect(dataset, year: Year(year), gathering: site.folder, clock: clock).published)
    }

    private func filing(_ generation: Generation, _ year: Int) throws -> Filing {
        Filing(
            sequence: generation.sequence, year: try Year(year), startedMilliseconds: 1_546_400_000_000,
            isCertain: true)
    }

    private func loseEntries(_ generation: Generation) throws {
        let path = "\(site.stagingPath)/generations/\(generation.sequence)/entries"
        try FolderRemoval.remove(CName(path), in: AT_FDCWD)
    }

    @Test func `holds up no other one when it is damaged, stays held, and the next pass reads everything`() throws {
        try site.put("a", "1")
        let staging = try site.open()
        let damaged = try collect(staging, .mirror)
        let whole = try collect(staging, .accumulating)
        try loseEntries(damaged)

        let problems = try staging.file([filing(damaged, 2019), filing(whole, 2019)])
        #expect(problems.map(\.code) == [.damaged])
        #expect(problems.first?.message.contains("cannot be filed under 2019 and stays held") == true)
        #expect(try staging.heldGenerations() == [damaged])
        #expect(try site.tree(.accumulating, year: 2019) == ["a": "1"])
        let next = try collect(staging, .mirror, Site.clock, year: 2019)
        #expect(try staging.content("a", of: next) == Array("1".utf8))
    }

    @Test(arguments: [false, true])
    func `goes along as a whole where the generation before it is damaged`(isTakenOnce: Bool) throws {
        try site.put("a", "1")
        let staging = try site.open()
        let before = try collect(staging, .accumulating, Site.clock)
        try site.put("b", "2")
        let held = try collect(staging, .accumulating)
        try loseEntries(before)

        let problems = try staging.file([filing(held, 2019)], takenOnce: isTakenOnce ? [.accumulating] : [])
        #expect(problems.isEmpty)
        #expect(try staging.heldGenerations().isEmpty)
        #expect(try site.tree(.accumulating, year: 2019) == ["a": "1", "b": "2"])
    }

    @Test func `is filed as it lies when it is damaged in its own year`() throws {
        try site.put("a", "1")
        let staging = try site.open()
        let damaged = try collect(staging, .accumulating)
        try loseEntries(damaged)

        let problems = try staging.file([filing(damaged, Site.year)])
        #expect(problems.first?.message.contains("is filed under 2018 as it lies") == true)
        #expect(try staging.heldGenerations().isEmpty)
        let next = try collect(staging, .accumulating, Site.clock)
        #expect(try staging.content("a", of: next) == Array("1".utf8))
    }

    @Test func `waits with its dataset, and no other, for what can be mended`() throws {
        try site.put("a", "1")
        let isFull = Atomic(false)
        site.options.beforeStep = {
            if isFull.load(ordering: .relaxed), $0 == .makeDurable { throw StagingError(.diskFull, "no room") }
        }
        let staging = try site.open()
        let held = try collect(staging, .mirror)
        let other = try collect(staging, .accumulating)
        isFull.store(true, ordering: .relaxed)
        let problems = try staging.file([filing(held, 2019), filing(other, 2018)])
        #expect(problems.map(\.code) == [.diskFull])
        #expect(try staging.heldGenerations() == [held])
        isFull.store(false, ordering: .relaxed)
        #expect(try staging.file([filing(held, 2019)]).isEmpty)
        #expect(try site.tree(year: 2019) == ["a": "1"])
    }

    @Test func `is filed under another year where the budget and the reserve are used up`() throws {
        try site.put("a", "1")
        let held = try collect(site.open(), .mirror)
        site.options.budget = 1
        site.options.keepFree = 1 << 60
        let staging = try site.open()
        #expect(try staging.file([filing(held, 2019)]).isEmpty)
        #expect(try staging.pendingGenerations().map(\.year.number) == [2019])
        #expect(try site.tree(year: 2019) == ["a": "1"])
    }

    @Test func `is one that an earlier version filed under a guessed year, unless its commit had begun`() throws {
        let path: String
        let (sent, guessed, certain): (Generation, Generation, Generation)
        do {
            let staging = try site.open()
            try site.put("a", "1")
            sent = try collect(staging, .byReference)
            guessed = try collect(staging, .mirror)
            certain = try collect(staging, .accumulating, Site.clock)
            path = staging.directory + "/state/collectd.sqlite"
        }
        do {
            let queue = try DatabaseQueue(path: path)
            try queue.write { database in
                try database.execute(
                    sql: """
                        ALTER TABLE generation DROP COLUMN held_boot;
                        ALTER TABLE generation DROP COLUMN held_seconds;
                        DELETE FROM grdb_migrations WHERE identifier = '6 held generations';
                        """)
                try database.execute(
                    sql: "INSERT INTO pending_commit VALUES (?, ?, ?, x'00')",
                    arguments: [Int64(sent.sequence), sent.dataset.name, sent.year.number])
            }
        }
        let staging = try site.open()
        #expect(try staging.heldGenerations().map(\.sequence) == [guessed.sequence])
        #expect(Set(try staging.pendingGenerations().map(\.sequence)) == [sent.sequence, certain.sequence])
        #expect(try staging.file([filing(guessed, 2019)]).isEmpty)
        #expect(try site.tree(year: 2019) == ["a": "1"])
    }
}
