import LevelTree
import Staging
import Testing

@testable import Collecting

@Suite struct `Dumps and live databases` {
    /// Names of a WiredTiger folder of MongoDB 3.2.
    private func makeLive(_ school: FakeSchool) {
        shell("rm -rf '\(school.sources.data)/db'")
        for name in [
            "WiredTiger", "WiredTiger.lock", "WiredTiger.turtle", "WiredTiger.wt", "_mdb_catalog.wt", "sizeStorer.wt",
            "storage.bson", "mongod.lock", "collection-0-1234567890123456789.wt", "index-1-1234567890123456789.wt",
            "journal/WiredTigerLog.0000000001",
        ] { school.root.write("x", to: "home/core/data/db/\(name)") }
    }

    @Test func `a live folder never goes to db`() async throws {
        let school = FakeSchool()
        makeLive(school)
        let location = try school.survey("db").location
        #expect(location.gathering.parts.isEmpty)
        #expect(location.notes.first?.contains("mongodump") == true)
        await #expect(throws: CollectingProblem.self) {
            try await Collectors.collector(for: .of("db")).gather(school.context())
        }
    }

    @Test func `a live folder goes to db-raw, as partial whatever was read`() async throws {
        let school = FakeSchool()
        makeLive(school)
        let found = try school.survey("db-raw")
        #expect(found.paths.count == 11)
        let gathering = try await Collectors.collector(for: .of("db-raw")).gather(school.context())
        #expect(gathering.sourceIsPartial)
        #expect(gathering.shortfalls.count == 1)
    }

    private static let day: Int64 = 86_400

    /// - Parameters: what lies how far back, in seconds.
    private func isTaken(published: Int64? = nil, tried: Int64? = nil, isOff: Bool = false) throws -> Bool {
        let school = FakeSchool()
        makeLive(school)
        var context = try school.context()
        let now = context.now.seconds
        @Sendable func time(_ age: Int64?) -> FileTime? { age.map { FileTime(seconds: now - $0, nanoseconds: 0) } }
        context.lastPublished = { $0.name == "db" ? time(published) : nil }
        context.firstTried = { $0.name == "db" ? time(tried) : nil }
        context.isOff = { _ in isOff }
        let location = Collectors.collector(for: .of("db-raw")).locate(context)
        #expect((location.problem?.code == .notNeeded) == (location.absence != nil))
        return location.absence == nil
    }

    @Test(arguments: [(0, false), (2 * day, false), (3 * day + 1, true), (-day, true)])
    func `a live folder goes to db-raw once there was no dump for three days, whole or not`(
        age: Int64, expected: Bool
    ) throws {
        #expect(try isTaken(published: age, tried: 100 * Self.day) == expected)
    }

    @Test(arguments: [(nil, false), (-day, false), (0, false), (3 * day, false), (3 * day + 1, true)])
    func `where there never was a dump, three days count from the first try`(age: Int64?, expected: Bool) throws {
        #expect(try isTaken(tried: age) == expected)
    }

    @Test func `who wants live files instead of dumps has them at once`() throws {
        #expect(try isTaken(isOff: true))
    }

    @Test(arguments: ["WiredTiger", "storage.bson", "collection-0-12.wt"])
    func `one live file beside dumps makes the folder a live one`(name: String) throws {
        let school = FakeSchool()
        school.root.write("x", to: "home/core/data/db/\(name)")
        #expect(DatabaseFolder.kind(at: school.sources.inData("db")) == .live)
    }

    @Test func `with dumps there is no need for db-raw`() async throws {
        let school = FakeSchool()
        #expect(try school.survey("db-raw").location.absence?.hasPrefix("not needed") == true)
        await #expect(throws: CollectingProblem.self) {
            try await Collectors.collector(for: .of("db-raw")).gather(school.context())
        }
    }

    @Test func `what is no part of a dump is listed and not taken`() throws {
        let school = FakeSchool()
        school.root.write("x", to: "home/core/data/db/notes.txt")
        school.root.write("x", to: "home/core/data/db/gstudio-mongodb/deeper/Nodes.bson")
        school.root.write("x", to: "home/core/data/db/gstudio-mongodb/Nodes.bson.part")
        let found = try school.survey("db")
        #expect(
            found.paths == [
                "assessment/Item.bson", "gstudio-mongodb/Nodes.bson", "gstudio-mongodb/Nodes.metadata.json",
            ])
        #expect(
            found.survey.skipped.map(\.path)
                == ["gstudio-mongodb/Nodes.bson.part", "gstudio-mongodb/deeper/Nodes.bson", "notes.txt"])
    }

    private func collect(_ school: FakeSchool) async throws -> CollectionResult {
        let context = try school.context()
        let staging = try Staging.open(
            at: school.root.path + "/staging", identity: context.identity, options: StagingOptions(keepFree: 0))
        return try staging.collect(
            .of("db"), year: try Year(2018),
            gathering: try await Collectors.collector(for: .of("db")).gather(context),
            clock: CollectionClock(startedMilliseconds: context.now.seconds * 1000, bootSeconds: 1, isTrusted: true))
    }

    @Test func `a cut dump that lies there never takes the last good one's place`() async throws {
        let school = FakeSchool()
        let nodes = "home/core/data/db/gstudio-mongodb/Nodes.bson"
        // A document of five bytes, the least that BSON has.
        school.root.write("\u{5}\0\0\0\0", to: nodes)
        #expect(try await collect(school).generation?.outcome == .complete)
        school.root.write("\u{5}\0\0\0\0\u{9}\0\0", to: nodes)
        let result = try await collect(school)
        #expect(result.generation?.outcome == .partial)
        #expect(
            result.shortfalls == [
                Shortfall(
                    path: "gstudio-mongodb/Nodes.bson",
                    reason: "is cut after 1 documents, 5 bytes, as after a power cut")
            ])
        #expect(
            school.root.read("staging/tree/2018/mz/2039150-mz150/gstudio/db/gstudio-mongodb/Nodes.bson")
                == "\u{5}\0\0\0\0")
    }

    @Test func `a collection of which only the metadata lies there is missed by name`() async throws {
        let school = FakeSchool()
        school.root.write("", to: "home/core/data/db/gstudio-mongodb/Nodes.bson")
        school.root.write("{}", to: "home/core/data/db/assessment/AssessmentTaken.metadata.json")
        let result = try await collect(school)
        #expect(result.generation?.outcome == .partial)
        #expect(result.shortfalls.map(\.path) == ["assessment/AssessmentTaken.bson"])
        #expect(result.shortfalls.first?.reason.contains("is not there") == true)
    }

    @Test func `an empty folder and a missing one are both said to hold no dump`() throws {
        let school = FakeSchool()
        shell("rm -r '\(school.sources.data)/db'")
        #expect(try school.survey("db").location.absence == "there is no folder \(school.sources.data)/db")
        _ = school.root.makeFolder("home/core/data/db/empty")
        #expect(try school.survey("db").location.absence?.contains("holds no dump") == true)
    }
}
