import Glibc
import LevelTree
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
        #expect(try staging.diskUse().isAboveHighWater)
        expectFull(staging)
        #expect(try site.tree().count == 1)
    }

    @Test func `leaves the reserve to the school`() throws {
        try site.put("a", "a")
        site.options.keepFree = 1 << 60
        let staging = try site.open()
        expectFull(staging)
        #expect(try staging.diskUse().isAboveHighWater)
    }

    @Test func `says sizes as people read them, and names no reserve where none is set`() throws {
        func message(
            budget: UInt64 = 1 << 40, keepFree: UInt64 = 0, used: UInt64 = 0, admitting: UInt64
        ) throws -> String? {
            let staging = try site.open()
            var gauge = DiskGauge(folder: staging.folders.root, budget: budget, keepFree: keepFree, used: used)
            return #expect(throws: StagingError.self) { try gauge.admit(admitting) }?.message
        }
        #expect(try message(keepFree: 512 << 10, admitting: 1 << 39)?.contains("keep_free, 524 kB)") == true)
        let full = try #require(try message(admitting: 1 << 39))
        #expect(full.hasPrefix("the disk of the staging directory is full: nothing is collected"))
        #expect(!full.contains("keep_free"))
        let over = try #require(try message(budget: 1_500_000, used: 1_400_000, admitting: 200_000))
        #expect(over.hasPrefix("staging takes 1.6 MB and its budget is 1.5 MB"))
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
