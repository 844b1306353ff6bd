import Content
import Crypto
import GRDB
import LevelTree
import Testing
import Wire

@testable import Staging

@Suite("Slices of a very large generation")
struct SliceTests {
    let site: Site

    init() throws {
        site = try Site()
        site.options.slices = SliceSize(bytes: 100, files: 1000, filesBytes: 100)
        try site.put("a", String(repeating: "a", count: 250))
    }

    private func receipt(_ generation: Generation, _ number: UInt64) throws -> Receipt {
        try Receipt(
            installation: InstallationID("i-0000000000000001"), dataset: generation.dataset, year: generation.year,
            sequence: number, manifest: ChunkID(hashing: []), snapshot: ChunkID(hashing: [UInt8(number)]), received: 1,
            key: Curve25519.Signing.PrivateKey())
    }

    @Test func `have numbers below that of their generation, which nothing else gets`() throws {
        let staging = try site.open()
        let large = try #require(try site.collect(staging).published)
        #expect(large.reserve == 2)
        #expect(try staging.generation(large.sequence) == large)
        #expect(try staging.lastSequence() == large.sequence)
        #expect(site.generationFolders == ["\(large.sequence)"])
        #expect(try staging.content("a", of: large).count == 250)
        try site.put("a", "small")
        let small = try #require(try site.collect(staging, .accumulating).published)
        #expect(small.reserve == 0 && small.sequence == large.sequence + 1)
        try site.put("a", String(repeating: "b", count: 250))
        let next = try #require(try site.collect(staging).published)
        #expect(next.sequence - next.reserve > small.sequence)
        #expect(try staging.nextSliceNumber(of: next) == next.sequence - 2)
        #expect(try staging.nextSliceNumber(of: small) == nil)
    }

    @Test func `leave nothing behind if power fails before their generation is recorded`() throws {
        struct PowerCut: Error {}
        site.options.beforeStep = { if $0 == .record { throw PowerCut() } }
        var staging: Staging? = try site.open()
        #expect(throws: PowerCut.self) { try staging.map { try site.collect($0) } }
        staging = nil
        site.options.beforeStep = { _ in }
        let again = try site.open()
        #expect(site.generationFolders.isEmpty)
        #expect(try site.collect(again).published?.reserve == 2)
    }

    @Test func `are found again after a restart with their generation, and move the head alone`() throws {
        var staging: Staging? = try site.open()
        let generation = try #require(try staging.map { try site.collect($0) }?.published)
        let number = try #require(try staging?.nextSliceNumber(of: generation))
        let slice = StagedSlice(number: number, files: 3, bytes: 150)
        try staging?.recordSlice(slice, of: generation, request: [1, 2])
        staging = nil
        let again = try site.open()
        #expect(
            try again.pendingCommits() == [
                PendingCommit(
                    sequence: number, generation: generation.sequence, dataset: .mirror, year: generation.year,
                    request: [1, 2])
            ])
        let error = #expect(throws: StagingError.self) { try again.recordCommit(of: generation, request: []) }
        #expect(error?.code == .busy)
        #expect(try again.lastSlice(of: generation) == slice)
        try again.acknowledgeSlice(receipt(generation, number))
        #expect(try again.pendingCommits().isEmpty)
        #expect(try again.head(.mirror, year: generation.year)?.sequence == number)
        #expect(try again.receipt(.mirror, year: generation.year) == nil)
        #expect(try again.pendingGenerations() == [generation])
        #expect(try again.nextSliceNumber(of: generation) == number + 1)
        try again.recordSlice(
            StagedSlice(number: number + 1, files: 4, bytes: 200), of: generation, request: [])
        try again.withdrawCommit(number + 1)
        #expect(try again.nextSliceNumber(of: generation) == nil, "none is used twice")
        try again.acknowledge(receipt(generation, generation.sequence))
        #expect(try again.acknowledgedGeneration(.mirror, year: generation.year)?.sequence == generation.sequence)
        #expect(try again.lastSlice(of: generation) == nil)
    }

    @Test func `keep their generation while they are in doubt, and no longer`() throws {
        for isTaken in [true, false] {
            let staging = try site.open()
            let first = try #require(try site.collect(staging).published)
            let number = try #require(try staging.nextSliceNumber(of: first))
            try staging.recordSlice(StagedSlice(number: number, files: 1, bytes: 1), of: first, request: [])
            try site.put("a", String(repeating: isTaken ? "b" : "c", count: 250))
            let second = try #require(try site.collect(staging).published)
            #expect(try staging.pendingGenerations() == [first, second])
            if isTaken {
                try staging.acknowledgeSlice(receipt(first, number))
            } else {
                try staging.withdrawCommit(number)
            }
            #expect(try staging.pendingGenerations() == [second])
            try site.put("a", String(repeating: "a", count: 250))
        }
    }

    @Test func `go on counting in the generation that takes their generation's place`() throws {
        let staging = try site.open()
        let first = try #require(try site.collect(staging).published)
        let number = try #require(try staging.nextSliceNumber(of: first))
        let slice = StagedSlice(number: number, files: 1, bytes: 100)
        try staging.recordSlice(slice, of: first, request: [])
        try staging.acknowledgeSlice(receipt(first, number))
        try site.put("a", String(repeating: "b", count: 250))
        let second = try #require(try site.collect(staging).published)
        #expect(try staging.pendingGenerations() == [second])
        #expect(try staging.lastSlice(of: second) == slice)
        #expect(try staging.nextSliceNumber(of: second) == second.sequence - second.reserve)
    }

    @Test func `are forgotten with what else another store has, and what it has is another's`() throws {
        let staging = try site.open()
        let generation = try #require(try site.collect(staging).published)
        let number = try #require(try staging.nextSliceNumber(of: generation))
        try staging.recordSlice(StagedSlice(number: number, files: 1, bytes: 1), of: generation, request: [])
        #expect(try !staging.continuesAnother(generation))
        try staging.acknowledgeSlice(receipt(generation, number))
        #expect(try !staging.continuesAnother(generation))
        try staging.startAnew(heads: [#require(try staging.head(.mirror, year: generation.year))])
        #expect(try staging.pendingCommits().isEmpty)
        #expect(try staging.lastSlice(of: generation) == nil)
        #expect(try staging.continuesAnother(generation))
        try staging.acknowledge(receipt(generation, generation.sequence))
        #expect(try !staging.continuesAnother(generation))
    }

    @Test func `there are none of what an earlier version has collected`() throws {
        let sequence: UInt64
        do {
            let staging = try site.open()
            sequence = try #require(try site.collect(staging).published).sequence
        }
        do {
            let queue = try DatabaseQueue(path: site.stagingPath + "/state/collectd.sqlite")
            try queue.write { database in
                try database.execute(
                    sql: """
                        ALTER TABLE generation DROP COLUMN reserve;
                        DROP TABLE slice;
                        DELETE FROM grdb_migrations WHERE identifier = '7 slices';
                        """)
            }
        }
        let staging = try site.open()
        let generation = try #require(try staging.generation(sequence))
        #expect(generation.reserve == 0)
        #expect(try staging.nextSliceNumber(of: generation) == nil)
        try staging.acknowledge(receipt(generation, sequence))
        #expect(try staging.pendingGenerations().isEmpty)
    }
}
