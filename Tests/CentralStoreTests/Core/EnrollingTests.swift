import Content
import LevelTree
import Synchronization
import Testing
import Wire

@testable import CentralStore

struct EnrollingTests {
    private let test: TestStore
    init() throws { test = try TestStore() }

    @Test("a code makes a machine the school's installation, and tells it all that it needs")
    func enrols() throws {
        let school = try test.school()
        #expect(school.answer.directory == "2039150-mz150")
        #expect(school.answer.heads.isEmpty)
        #expect(school.answer.receiptKeyBytes == [UInt8](test.receiptKey.publicKey.rawRepresentation))
        #expect(school.answer.sealingKeyBytes == [UInt8](repeating: 7, count: 32))
        #expect(try school.me.school == school.server)
        #expect(try school.me.installation == school.answer.installation)
    }

    @Test(
        "untidy identities all have their place",
        arguments: [
            ("mz1", "02031001", "02031001-mz1"), ("tg350", "NA", "NA-tg350"), ("ct131", "", "-ct131"),
            ("mztpd3", "", "-mztpd3"),
        ])
    func untidy(id: String, code: String, directory: String) throws {
        let school = try test.school(id, code, name: "St. Foo's H/S & Sons")
        #expect(school.answer.directory == directory)
        try school.commit("system-heartbeat", ["a.log": "x"])
        #expect(try test.store.school(named: id).directory == directory)
        #expect(try test.store.school(named: directory).serverID == school.server)
        #expect(try test.store.currentSnapshots().map(\.directory) == [directory])
    }

    @Test("an unknown code is refused")
    func unknownCode() throws {
        let school = try test.school()
        var request = school.request
        request.code = String(repeating: "0", count: 32)
        request.tokenHash = Token.random().hash
        let error = try expectRefusal(.codeUnknown) { _ = try test.store.enrol(request) }
        #expect(error.code.problem == .codeUnknown)
    }

    @Test("the same code with the same token is the same success for 24 hours, and not after")
    func lostAnswer() throws {
        let school = try test.school()
        test.clock.advance(hours: 23)
        #expect(try test.store.enrol(school.request) == school.answer)
        try school.commit("system-heartbeat", ["a.log": "x"])
        #expect(try test.store.enrol(school.request).heads.count == 1)
        #expect(try test.store.enrol(school.request).installation == school.answer.installation)
        test.clock.advance(hours: 2)
        try expectRefusal(.codeUsed) { _ = try test.store.enrol(school.request) }
        #expect(try school.me.installation == school.answer.installation)
    }

    @Test("a used code is refused to another machine")
    func usedCode() throws {
        let school = try test.school()
        var request = school.request
        request.tokenHash = Token.random().hash
        let error = try expectRefusal(.codeUsed) { _ = try test.store.enrol(request) }
        #expect(error.message.contains("school code mz150"))
        #expect(try school.me.installation == school.answer.installation)
    }

    @Test("a code expires after 90 days")
    func expires() throws {
        let code = try test.store.addSchool(ServerID("rj280"), code: SchoolCode("3099280"), name: "")
        test.clock.advance(days: 90)
        try expectRefusal(.codeExpired) { _ = try TestSchool(test, "rj280", code) }
        let another = try test.store.makeCode(for: ServerID("rj280"))
        test.clock.advance(days: 89)
        _ = try TestSchool(test, "rj280", another)
    }

    @Test("a code for another server is refused, naming both")
    func wrongServer() throws {
        let code = try test.store.addSchool(ServerID("rj280"), code: SchoolCode("3099280"), name: "")
        let school = try test.school()
        var request = school.request
        request.code = code.secretText
        request.tokenHash = Token.random().hash
        let error = try expectRefusal(.wrongServerID) { _ = try test.store.enrol(request) }
        #expect(error.message.contains("mz150") && error.message.contains("rj280"))
        // The code was not used up.
        _ = try TestSchool(test, "rj280", code)
    }

    @Test("a server that nobody set up is refused, and told what to set")
    func unconfigured() throws {
        let school = try test.school()
        let code = try test.store.makeCode(for: school.server)
        var request = school.request
        request.code = code.secretText
        request.tokenHash = Token.random().hash
        request.serverID = try ServerID("sp100")
        let error = try expectRefusal(.unconfiguredServer) { _ = try test.store.enrol(request) }
        #expect(error.message.contains("GSTUDIO_INSTITUTE_ID"))
        request.serverID = school.server
        request.schoolCode = try SchoolCode("00000000")
        try expectRefusal(.unconfiguredServer) { _ = try test.store.enrol(request) }
        try expectRefusal(.unconfiguredServer) {
            _ = try test.store.addSchool(ServerID("sp100"), code: SchoolCode("00000000"), name: "")
        }
        try expectRefusal(.unusable) { _ = try test.store.addSchool(ServerID("zz1"), code: SchoolCode("1"), name: "") }
    }

    @Test("a key that is none is refused")
    func wrongKey() throws {
        let code = try test.store.addSchool(ServerID("rj280"), code: SchoolCode("3099280"), name: "")
        let request = EnrolmentRequest(
            code: code.secretText, serverID: try ServerID("rj280"), schoolCode: try SchoolCode("3099280"),
            schoolName: "",
            tokenHash: Token.random().hash, signingKey: [1, 2, 3])
        try expectRefusal(.malformed) { _ = try test.store.enrol(request) }
    }

    @Test("a machine that enrols in another's place continues its history and ends it")
    func replaced() throws {
        let old = try test.school()
        try old.commit("system-heartbeat", ["old.log": "1"])
        let code = try test.store.makeCode(for: old.server)
        // Until the code is used, the old machine stays.
        try old.commit("system-heartbeat", ["old.log": "2"])
        let new = try TestSchool(test, "mz150", code)
        #expect(new.answer.installation != old.answer.installation)
        #expect(new.answer.heads.count == 1)
        let error = try expectRefusal(.revoked) { _ = try old.me }
        #expect(error.code.problem == .revoked)
        try expectRefusal(.revoked) { _ = try test.store.enrol(old.request) }

        try new.commit("system-heartbeat", ["new.log": "3"])
        #expect(try new.files("system-heartbeat") == ["old.log": "2", "new.log": "3"])
        #expect(try test.store.snapshots(school: new.server, dataset: nil, year: nil).map(\.sequence) == [1, 2, 1])
        #expect(try test.store.hello(new.me).highestSequence == 1)
    }

    @Test("another machine's token is no way in")
    func takenToken() throws {
        let school = try test.school()
        let other = try test.store.addSchool(ServerID("rj280"), code: SchoolCode("3099280"), name: "")
        try expectRefusal(.malformed) { _ = try TestSchool(test, "rj280", other, token: school.token) }
        try expectRefusal(.unauthorized) { _ = try test.store.authenticate(Token.random().hash) }
    }

    @Test("a revocation counts from the next request on, and takes unused codes with it")
    func revocation() throws {
        let school = try test.school()
        let me = try school.me
        let unused = try test.store.makeCode(for: school.server)
        let request = try school.request("rcs-repo", [school.entry("a", [1])])
        let body = try TestSchool.frame([noise(10)])
        let upload = try #require(try test.store.openFrame(ChunkID(hashing: body), at: 0, for: me))
        try body.withUnsafeBytes { try upload.append($0) }
        #expect(try test.store.revoke(school.server) == 1)
        try expectRefusal(.revoked) { _ = try school.me }
        #expect(throws: StoreError.self) { try upload.finish() }
        try expectRefusal(.revoked) { _ = try test.store.commit(request, from: me) }
        try expectRefusal(.codeWithdrawn) { _ = try TestSchool(test, "mz150", unused) }
        #expect(try test.store.revoke(school.server) == 0)
        try test.reopen()
        try expectRefusal(.revoked) { _ = try school.me }
    }

    @Test("neither codes nor tokens stand in packs or catalog, only their hashes")
    func secrets() throws {
        let memory = MemoryPacks()
        let test = try TestStore(packs: memory)
        let school = try test.school()
        test.store.close()
        for secret in [school.token.text, school.request.code] {
            let needle = Array(secret.utf8)
            for bytes in try [memory.bytes(#require(memory.ids.first)), test.folder.bytes("store/catalog.sqlite")] {
                #expect(bytes.count > 500)
                #expect(!bytes.containsRun(needle))
            }
        }
        #expect(memory.bytes(try #require(memory.ids.first)).containsRun(Array(school.token.hash.hex.utf8)))
    }

    @Test(
        "the server's own settings decide its code, the operator's list stays beside it, and history moves with the code"
    )
    func settings() throws {
        let code = try test.store.addSchool(ServerID("mz150"), code: SchoolCode("2039999"), name: "Listed")
        let school = try TestSchool(test, "mz150", code, schoolCode: "2039150")
        #expect(school.answer.directory == "2039150-mz150")
        #expect(school.answer.schoolName == "Listed")
        let summary = try test.store.school(named: "mz150")
        #expect(summary.listedCode.text == "2039999")
        #expect(summary.code.text == "2039150")
        try school.commit("rcs-repo", ["a": "1"])
        try test.store.setSchool(school.server, code: SchoolCode("2039151"), name: nil)
        try school.commit("rcs-repo", ["a": "2"])
        let directories = try test.store.snapshots(school: school.server, dataset: nil, year: nil).map(\.directory)
        #expect(directories == ["2039151-mz150", "2039151-mz150"])
        try expectRefusal(.unconfiguredServer) {
            try test.store.setSchool(school.server, code: SchoolCode("00000000"), name: nil)
        }
    }

    @Test("a code that was set, by the operator or at an enrolment, files what is current anew, and says so in order")
    func filing() throws {
        let told = Mutex<[String]>([])
        test.store.onCommit { snapshot in told.withLock { $0.append("\(snapshot.dataset) in \(snapshot.directory)") } }
        test.store.onFiling { snapshots in
            let sentence = "moved " + snapshots.map { "\($0.dataset) to \($0.directory)" }.joined(separator: ", ")
            told.withLock { $0.append(sentence) }
        }
        let school = try test.school()
        try test.store.setSchool(school.server, code: SchoolCode("2039149"), name: nil)
        for dataset in ["rcs-repo", "db", "db"] { try school.commit(dataset, ["a": dataset]) }
        try test.store.setSchool(school.server, code: nil, name: "Renamed")
        try test.store.setSchool(school.server, code: SchoolCode("2039150"), name: nil)
        _ = try TestSchool(test, "mz150", test.store.makeCode(for: school.server), schoolCode: "2039151")
        #expect(
            told.withLock { $0 } == [
                "rcs-repo in 2039149-mz150", "db in 2039149-mz150", "db in 2039149-mz150",
                "moved rcs-repo to 2039150-mz150, db to 2039150-mz150",
                "moved rcs-repo to 2039151-mz150, db to 2039151-mz150",
            ])
    }

    @Test("schools are added once, and what nobody added is not found")
    func known() throws {
        _ = try test.school()
        let error = try expectRefusal(.exists) {
            _ = try test.store.addSchool(ServerID("mz150"), code: SchoolCode("1"), name: "")
        }
        #expect(error.message.contains("school code mz150"))
        try expectRefusal(.notFound) { _ = try test.store.makeCode(for: ServerID("mz151")) }
        try expectRefusal(.notFound) { try test.store.setSchool(ServerID("mz151"), code: nil, name: "x") }
        try expectRefusal(.notFound) { _ = try test.store.revoke(ServerID("mz151")) }
        try expectRefusal(.notFound) { _ = try test.store.school(named: "1-mz150") }
    }
}

extension [UInt8] {
    func containsRun(_ run: [UInt8]) -> Bool {
        guard count >= run.count else { return false }
        return (0...count - run.count).contains { self[$0] == run[0] && self[$0..<$0 + run.count].elementsEqual(run) }
    }
}
