import Content
import LevelTree
import Testing
import Wire

@testable import CentralStore

struct MissingTests {
    private let test: TestStore
    private let school: TestSchool
    private let other: TestSchool

    init() throws {
        test = try TestStore { $0.requestIDs = 10 }
        school = try test.school()
        other = try test.school("rj280", "3099280")
    }

    @Test("have is what is common or this school's own; missing is all else, whoever has it")
    func bitmap() throws {
        let (own, foreign, common, nobody) = (noise(9000), noise(9000, seed: 2), Array("common".utf8), [UInt8]([1]))
        try school.send([own])
        try other.send([foreign])
        #expect(try !test.store.hello(school.me).common)
        try test.folder.makeFolder("pristine")
        try test.folder.write(common, to: "pristine/x")
        _ = try test.store.seed(test.folder.path("pristine"), name: "s")
        #expect(try test.store.hello(school.me).common)
        let ids = [own, foreign, common, nobody].map { ChunkID(hashing: $0) }
        let byID = try test.store.missing(ids: ids, for: school.me)
        #expect((0..<4).map { byID[$0] } == [false, true, false, true])
        let byPrefix = try test.store.missing(prefixes: ids.map(\.prefix64), for: school.me)
        #expect(byPrefix == byID)
        let others = try test.store.missing(ids: ids, for: other.me)
        #expect((0..<4).map { others[$0] } == [true, false, false, true])
    }

    @Test("the highest prefix of all is looked up like any other")
    func lastPrefix() throws {
        #expect(try test.store.missing(prefixes: [.max, 0], for: school.me).bytes == [3])
    }

    @Test("too many questions at once are refused")
    func bounded() throws {
        let ids = (0..<11).map { ChunkID(hashing: [UInt8($0)]) }
        try expectRefusal(.tooLarge) { _ = try test.store.missing(ids: ids, for: school.me) }
        try expectRefusal(.tooLarge) { _ = try test.store.missing(prefixes: ids.map(\.prefix64), for: school.me) }
        #expect(try test.store.missing(ids: [], for: school.me).bytes == [])
    }

    @Test("hello tells the time, the limits and where the history stands")
    func hello() throws {
        var hello = try test.store.hello(school.me)
        #expect(hello.time == test.clock.now / 1000)
        #expect(hello.chunkProfile == ChunkProfile.version)
        #expect(hello.heads.isEmpty)
        #expect(hello.highestSequence == 0)
        let media = try school.commit("media", ["m": "1"])
        let beat = try school.commit("system-heartbeat", ["h": "2"])
        let second = try school.commit("system-heartbeat", ["h": "3"], year: 2019)
        hello = try test.store.hello(school.me)
        #expect(hello.highestSequence == 3)
        #expect(hello.heads.map(\.snapshot) == [beat.snapshot, second.snapshot, media.snapshot])
        #expect(hello.heads.map(\.sequence) == [2, 3, 1])
        #expect(try test.store.hello(other.me).heads.isEmpty)
    }

    @Test("a report is kept with the school, the last one counts, and a huge one is refused")
    func reports() throws {
        var report = Report(version: "1.0", freeBytes: 5, clock: 6, errors: ["one"])
        try test.store.keepReport(report, from: school.me)
        report.errors = ["two"]
        try test.store.keepReport(report, from: school.me)
        #expect(try test.store.school(named: "mz150").report == report)
        #expect(try test.store.school(named: "rj280").report == nil)
        test.store.close()
        try CentralStore.rebuild(at: test.dataPath)
        try test.open()
        #expect(try test.store.school(named: "mz150").report == report)
        report.errors = [String](repeating: "x", count: Report.maximumErrors + 1)
        try expectRefusal(.tooLarge) { try test.store.keepReport(report, from: school.me) }
        report.errors = [String(repeating: "x", count: 70_000)]
        try expectRefusal(.tooLarge) { try test.store.keepReport(report, from: school.me) }
    }

    @Test("more reports of a school than anybody has news for are kept as well, and make no pack grow")
    func manyReports() throws {
        func report(_ number: Int) -> Report { Report(version: "1.0", freeBytes: 5, clock: 6, errors: ["\(number)"]) }
        for number in 1...ReportAllowance.recordsADay { try test.store.keepReport(report(number), from: school.me) }
        let size = try test.store.status().packBytes
        try test.store.keepReport(report(99), from: school.me)
        #expect(try test.store.status().packBytes == size)
        #expect(try test.store.school(named: "mz150").report == report(99))
        test.clock.advance(days: 1)
        try test.store.keepReport(report(100), from: school.me)
        #expect(try test.store.status().packBytes > size)
    }

    @Test("the status shows who was heard from, who is quiet, and how full the store is")
    func status() throws {
        try school.commit("rcs-repo", ["a": "1"])
        _ = try test.store.addSchool(ServerID("ct131"), code: SchoolCode(""), name: "never enrolled")
        test.clock.advance(days: 29)
        _ = try school.me
        test.clock.advance(days: 2)
        let status = try test.store.status()
        #expect(status.schools.map(\.serverID.text) == ["ct131", "mz150", "rj280"])
        #expect(status.schools.map(\.isQuiet) == [false, false, true])
        #expect(status.schools[1].lastContact == test.clock.now - 2 * 24 * 3600 * 1000)
        #expect(status.schools[1].snapshots == 1)
        #expect(status.snapshots == 1)
        #expect(status.packs == 1)
        #expect(status.packBytes > 1000)
        #expect(status.chunks == 2)
        #expect(status.freeBytes > 0 && status.freeBytes < status.diskBytes)
        try test.reopen()
        #expect(try test.store.schools()[1].lastContact == status.schools[1].lastContact)
    }
}
