import Content
import GRDB
import Glibc
import LevelTree
import Testing
import Wire

@testable import Staging

@Suite("The upload ledger")
struct UploadLedgerTests {
    let site: Site
    private let ids = (0..<5).map { ChunkID(hashing: [UInt8($0)]) }

    init() throws { site = try Site() }

    @Test func `knows which chunks are at the store`() throws {
        var staging: Staging? = try site.open()
        try staging?.markAtStore([ids[1], ids[3], ids[3]])
        try staging?.markAtStore([])
        staging = nil
        let again = try site.open()
        #expect(try again.knownAtStore(ids) == [false, true, false, true, false])
        try again.forgetAtStore([ids[1], ids[0]])
        #expect(try again.knownAtStore(ids) == [false, false, false, true, false])
        #expect(try again.knownAtStore([]).isEmpty)
    }

    @Test func `keeps a frame across a restart, in order, until it is acknowledged`() throws {
        let bodies = [noise(100_000, seed: 1), noise(10, seed: 2)]
        let frames = bodies.map { ChunkID(hashing: $0) }
        var staging: Staging? = try site.open()
        for (index, body) in bodies.enumerated() {
            _ = try body.withUnsafeBytes {
                try staging?.spool(frame: frames[index], body: $0, chunks: [ids[index], ids[4]])
            }
        }
        #expect(try #require(staging).diskUse().used == 100_010)
        staging = nil
        let again = try site.open()
        let spooled = try again.spooledFrames()
        #expect(spooled.map(\.id) == frames)
        #expect(spooled[0].chunks == [ids[0], ids[4]])
        #expect(try again.readSpooled(spooled[0]) == bodies[0])
        #expect(try again.readSpooled(spooled[0], from: 99_990) == Array(bodies[0].suffix(10)))
        #expect(try again.readSpooled(spooled[1], from: 10).isEmpty)
        try again.frameAcknowledged(frames[0])
        #expect(try again.spooledFrames().map(\.id) == [frames[1]])
        #expect(try again.knownAtStore(ids) == [true, false, false, false, true])
        try again.discardFrame(frames[1])
        #expect(try again.spooledFrames().isEmpty)
        #expect(try again.knownAtStore([ids[1]]) == [false])
        #expect(site.files(below: site.stagingPath + "/spool").isEmpty)
        try again.frameAcknowledged(frames[0])
    }

    @Test func `removes bodies that no record names, and tells of a body that is not whole`() throws {
        let body = noise(1000)
        var staging: Staging? = try site.open()
        _ = try body.withUnsafeBytes { try staging?.spool(frame: ids[0], body: $0, chunks: [ids[1]]) }
        staging = nil
        close(creat(site.stagingPath + "/spool/\(ids[2].hex)", 0o600))
        close(creat(site.stagingPath + "/spool/\(ids[3].hex).part", 0o600))
        let again = try site.open()
        #expect(Array(site.files(below: site.stagingPath + "/spool").keys) == [ids[0].hex])
        truncate(site.stagingPath + "/spool/\(ids[0].hex)", 10)
        let frame = try #require(try again.spooledFrames().first)
        let error = #expect(throws: StagingError.self) { try again.readSpooled(frame) }
        #expect(error?.code == .damaged)
    }

    @Test func `remembers heads`() throws {
        let staging = try site.open()
        let year = try Year(2018)
        #expect(try staging.head(.mirror, year: year) == nil)
        let head = Head(dataset: .mirror, year: year, sequence: 3, snapshot: ids[0])
        try staging.setHead(head)
        try staging.setHead(Head(dataset: .mirror, year: year, sequence: 4, snapshot: ids[1]))
        #expect(try staging.head(.mirror, year: year)?.sequence == 4)
        #expect(try staging.head(.mirror, year: Year(2019)) == nil)
    }

    @Test func `never gives a sequence number twice`() throws {
        var last: UInt64 = 0
        for _ in 0..<3 {
            let staging = try site.open()
            #expect(try staging.lastSequence() == last)
            let next = try staging.takeSequence()
            #expect(next == last + 1)
            last = next
        }
    }

    @Test func `is written through to the disk before anything returns`() throws {
        let staging = try site.open()
        let mode = try staging.read { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
        #expect(mode == 2, "2 is FULL")
        #expect(try staging.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
    }
}
