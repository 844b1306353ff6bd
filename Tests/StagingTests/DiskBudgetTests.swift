import Glibc
import LevelTree
import Synchronization
import Testing

@testable import Staging

@Suite("The disk budget")
struct DiskBudgetTests {
    let site: Site

    init() throws { site = try Site() }

    private func expectFull(_ staging: Staging) {
        let error = #expect(throws: StagingError.self) { try site.collect(staging) }
        #expect(error?.code == .diskFull)
        #expect(error?.isPermanent == false)
    }

    @Test func `ends a pass in the middle, and the last generation stands`() throws {
        site.options.budget = 400_000
        try site.put(Array("a".utf8), noise(150_000))
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        try site.put(Array("b".utf8), noise(150_000, seed: 2))
        try site.put(Array("c".utf8), noise(150_000, seed: 3))
        let used = try staging.diskUse().used
        expectFull(staging)
        #expect(try staging.currentGenerations() == [first])
        #expect(site.generationFolders == ["\(first.sequence)"])
        #expect(try Array(site.tree().keys) == ["a"])
        #expect(try staging.diskUse().used == used)
        try site.remove("c")
        #expect(try site.collect(staging).published?.files == 2)
    }

    @Test func `stops a pass before it begins, when it is used up`() throws {
        try site.put(Array("a".utf8), noise(150_000))
        try site.collect(site.open())
        site.options.budget = 100_000
        let staging = try site.open()
        #expect(try staging.diskUse().collecting == .nothing)
        expectFull(staging)
        #expect(try site.tree().count == 1)
    }

    @Test func `leaves the reserve to the school`() throws {
        try site.put("a", "a")
        site.options.keepFree = 1 << 60
        let staging = try site.open()
        expectFull(staging)
        #expect(try staging.diskUse().collecting == .nothing)
    }

    @Test func `says sizes as people read them, and names no reserve where none is set`() throws {
        func message(
            budget: UInt64 = 1 << 40, keepFree: UInt64 = 0, used: UInt64 = 0, admitting: UInt64
        ) throws -> String? {
            let staging = try site.open()
            let bounds = DiskBounds(budget: budget, keepFree: keepFree, disk: 1 << 40)
            var gauge = DiskGauge(folder: staging.folders.root, bounds: bounds, used: used)
            return #expect(throws: StagingError.self) { try gauge.admit(admitting) }?.message
        }
        #expect(try message(keepFree: 512 << 10, admitting: 1 << 39)?.contains("keep_free, 524 kB)") == true)
        let full = try #require(try message(admitting: 1 << 39))
        #expect(full.hasPrefix("the disk of the staging directory is full: large collections wait until there is room"))
        #expect(!full.contains("keep_free"))
        let over = try #require(try message(budget: 1_500_000, used: 1_400_000, admitting: 200_000))
        #expect(
            over.hasPrefix(
                "staging takes 1.6 MB and its budget is 1.5 MB, the last 75.0 kB of it for small collections: large collections "
                    + "wait until something was uploaded"))
        let small = try #require(try message(budget: 1_500_000, used: 1_490_000, admitting: 20_000))
        #expect(small.hasPrefix("staging takes 1.5 MB and its budget is 1.5 MB: nothing is collected until something"))
        let half = try #require(try message(keepFree: 1 << 60, admitting: 1))
        #expect(half.contains("has come to half of its reserve") && half.contains(": nothing is collected until"))
    }

    @Test func `counts what is added and what is let go`() throws {
        let staging = try site.open()
        for round in 0..<4 {
            for number in 0..<20 where number % 4 == round || round == 0 {
                try site.put(Array("f\(number % 3)/\(number)".utf8), noise(number * 1000, seed: UInt64(round)))
            }
            if round == 3 { try site.remove("f0") }
            let generation = try #require(try site.collect(staging).published)
            if round == 1 { try staging.acknowledge(try receipt(for: generation)) }
            #expect(try staging.diskUse().used == (try site.measured()), "round \(round)")
        }
    }

    @Test func `used up, lets go of a base, which the store has, and then collects on`() throws {
        site.options.budget = 1_000_000
        let staging = try site.open()
        let (mirror, other) = (Dataset.mirror, Dataset.accumulating)
        try site.put("a", "a")
        let small = try #require(try site.collect(staging, other).published)
        try staging.acknowledge(try receipt(for: small))
        try site.put("a", "b")
        try site.collect(staging, other)
        try site.put(Array("a".utf8), noise(300_000))
        let base = try #require(try site.collect(staging, mirror).published)
        try staging.acknowledge(try receipt(for: base))
        try site.put(Array("a".utf8), noise(300_000, seed: 2))
        let second = try #require(try site.collect(staging, mirror).published)
        #expect(try staging.acknowledgedGeneration(mirror, year: base.year)?.sequence == base.sequence, "there is room")
        #expect(staging.takeRelieved().isEmpty)

        try site.put(Array("a".utf8), noise(500_000, seed: 3))
        let third = try #require(try site.collect(staging, mirror).published)
        #expect(try staging.acknowledgedGeneration(mirror, year: base.year) == nil)
        #expect(staging.takeRelieved() == [mirror], "it is told once")
        #expect(staging.takeRelieved().isEmpty)
        #expect(try staging.acknowledgedGeneration(other, year: base.year)?.sequence == small.sequence, "it is small")
        #expect(try staging.pendingGenerations().contains(third))
        #expect(try staging.generation(second.sequence) == nil, "a later state stands in for it")
        #expect(try staging.content("a", of: third) == noise(500_000, seed: 3))
        #expect(try staging.diskUse().used == (try site.measured()))

        // What the store lacks stays, whatever there is no room for.
        try site.put(Array("a".utf8), noise(500_000, seed: 4))
        expectFull(staging)
        #expect(try staging.pendingGenerations().contains(third))
        #expect(try staging.content("a", of: third) == noise(500_000, seed: 3))
    }

    @Test func `makes room for what a collector is about to make, as large as what it made last`() throws {
        site.options.budget = 1_000_000
        let staging = try site.open()
        try site.put(Array("a".utf8), noise(300_000))
        let base = try #require(try site.collect(staging).published)
        try staging.acknowledge(try receipt(for: base))
        #expect(try staging.room(for: .mirror) > 600_000)
        try site.put(Array("a".utf8), noise(300_000, seed: 2))
        try site.collect(staging)
        for other in [Dataset.accumulating, .byReference] {
            #expect(try (300_000..<375_000).contains(staging.room(for: other)), "it wants nothing")
        }
        #expect(try staging.acknowledgedGeneration(.mirror, year: base.year)?.sequence == base.sequence)
        #expect(try staging.room(for: .mirror) > 600_000, "375 kB are wanted, and the base held up 300 kB")
        #expect(try staging.acknowledgedGeneration(.mirror, year: base.year) == nil)
    }

    @Test func `lets go of bases for a small collection where they are not enough for the whole reserve`() throws {
        let staging = try site.open()
        let asked = Mutex<[UInt64]>([])
        let free = try DiskSpace(of: staging.folders.root).free
        // Half of the reserve is there, but for a gigabyte.
        let bounds = DiskBounds(budget: .max, keepFree: 2 * (free + 1 << 30), disk: 1 << 50)
        var gauge = DiskGauge(folder: staging.folders.root, bounds: bounds, used: 0) { needed in
            asked.withLock { $0.append(needed) }
            return 0
        }
        #expect(throws: StagingError.self) { try gauge.admit(1) }
        #expect(asked.withLock { $0.map { $0 > free } } == [true, false])
    }

    @Test(.enabled(if: isRoot, "mounting needs root"))
    func `on a full disk what is large stops, what is small goes on, and all goes on with room`() throws {
        mkdir(site.stagingPath, 0o755)
        #expect(mount("none", site.stagingPath, "tmpfs", 0, "size=60m") == 0)
        defer { umount(site.stagingPath) }
        site.options.keepFree = 8 << 20
        let filler = "\(site.stagingPath)/filler"
        func collectSmall(_ staging: Staging, _ round: Int) throws -> Generation? {
            try site.put("../small/file", "\(round)")
            let small = Gathering(parts: [.folder(SourceFolder(path: site.root + "/small"))])
            return try site.collect(staging, .accumulating, small).published
        }
        do {
            let staging = try site.open()
            try site.put(Array("a".utf8), noise(10 << 20))
            let large = try #require(try site.collect(staging).published)
            // The school's own data fills the disk.
            try site.fill(filler, leaving: 6 << 20)
            try site.put(Array("b".utf8), noise(4 << 20, seed: 2))
            for round in 0..<3 {
                expectFull(staging)
                #expect(try collectSmall(staging, round) != nil, "round \(round)")
                #expect(try staging.diskUse().collecting == .small)
            }
            #expect(try staging.currentGenerations().contains(large))
            #expect(try site.content("\(site.treePath(.accumulating))/file") == "2")

            try site.fill(filler, leaving: 1 << 20)
            #expect(throws: StagingError.self) { try collectSmall(staging, 3) }
            #expect(try staging.diskUse().collecting == .nothing)

            unlink(filler)
            #expect(try staging.diskUse().collecting == .all)
            #expect(try collectSmall(staging, 4) != nil)
            #expect(try site.collect(staging).published?.files == 2)
        }
    }

    @Test(.enabled(if: isRoot, "mounting needs root"))
    func `that the disk itself ends first leaves the last generation and goes on with room`() throws {
        mkdir(site.stagingPath, 0o755)
        #expect(mount("none", site.stagingPath, "tmpfs", 0, "size=6m") == 0)
        defer { umount(site.stagingPath) }
        try site.put(Array("a".utf8), noise(1 << 20))
        do {
            let staging = try site.open()
            let first = try #require(try site.collect(staging).published)
            try site.put(Array("b".utf8), noise(8 << 20))
            try site.put("0", "comes first, and fits")
            // The reserve would end it earlier; without one the kernel says so.
            for _ in 0..<3 { expectFull(staging) }
            #expect(try staging.currentGenerations() == [first])
            #expect(try Array(site.tree().keys) == ["a"])
            #expect(site.generationFolders == ["\(first.sequence)"])
            try site.put(Array("b".utf8), noise(1 << 20))
            #expect(try site.collect(staging).published?.files == 3)
        }
    }

    @Test(.enabled(if: isRoot, "mounting needs root"))
    func `that the disk has no more inodes is the same`() throws {
        mkdir(site.stagingPath, 0o755)
        #expect(mount("none", site.stagingPath, "tmpfs", 0, "size=20m,nr_inodes=60") == 0)
        defer { umount(site.stagingPath) }
        try site.put("a", "a")
        do {
            let staging = try site.open()
            try site.collect(staging)
            for number in 0..<60 { try site.put("f/\(number)", "x") }
            expectFull(staging)
            #expect(try Array(site.tree().keys) == ["a"])
            try site.remove("f")
            try site.put("b", "b")
            #expect(try site.collect(staging).published?.files == 2)
        }
    }
}
