import Content
import Foundation
import LevelTree
import Staging
import Testing
import Wire

@testable import Uploading

struct EnrolmentTests {
    private let authority: TestAuthority
    private let code: EnrolmentCode

    init() throws {
        authority = try TestAuthority()
        code = EnrolmentCode.random(authority: try authority.fingerprint)
    }

    private func school() throws -> TestSchool {
        let store = FakeStore()
        store.authority = authority.pem
        return try TestSchool(store: store, isEnrolled: false)
    }

    private func attempt(
        _ school: TestSchool, code: EnrolmentCode? = nil, identity: SchoolIdentity? = nil,
        store: String = "https://store.example.org"
    ) throws -> Enrolment.Result {
        let (fake, waits) = (school.store, school.waits)
        return try EnrolmentAttempt(
            code: code ?? self.code, store: store, identity: identity ?? TestSchool.identity(), files: school.files,
            proxy: nil, stop: StopSignal(),
            surroundings: Surroundings(
                connect: { settings in
                    // Nothing secret may go where nobody has proved who he is.
                    if case .unverified = settings.trust { #expect(settings.token == nil) }
                    return fake
                }, wait: { seconds, _ in waits.add(seconds) })
        ).run(staging: school.staging)
    }

    @Test func `a code makes an installation with the authority pinned`() throws {
        let school = try school()
        let result = try attempt(school)
        #expect(!result.wasEnrolled)
        let installation = try #require(try Installation.load(from: school.files))
        #expect(installation.id == school.store.installation)
        #expect(installation.directory == "2039150-mz150")
        #expect(installation.authority == AuthorityCertificate.certificates(in: authority.pem).first?.pem)
        #expect(installation.receiptKey.rawRepresentation == school.store.receiptKey.publicKey.rawRepresentation)
        let request = try #require(school.store.enrolments.first)
        #expect(request.tokenHash == installation.token.hash)
        #expect(request.code == code.secretText && request.serverID.text == "mz150")
        #expect(try school.files.read(.enrolment) == nil)
        #expect(try school.files.read(.signingKey)?.count == 32)
        #expect(school.store.log == ["GET ca", "POST enrolments"])
        // The token is the store's to know by its hash alone.
        let said = String(decoding: school.store.requests.compactMap(\.body).joined(), as: UTF8.self)
        #expect(!said.contains(installation.token.text))
        #expect(!"\(installation)".contains(installation.token.text))
    }

    @Test func `token and key are on disk before the store hears of them`() throws {
        let school = try school()
        school.store.fault = { request, _ in
            guard request.path == "/v1/enrolments" else { return nil }
            #expect((try? school.files.read(.enrolment)) != nil)
            return nil
        }
        _ = try attempt(school)
    }

    @Test func `an answer that was lost is asked for again with the same token and key`() throws {
        let school = try school()
        school.store.fault = { request, _ in request.path == "/v1/enrolments" ? .answerLost : nil }
        let lost = #expect(throws: UploadError.self) { try attempt(school) }
        #expect(lost?.exitStatus == 75)
        #expect(try Installation.load(from: school.files) == nil)
        school.store.fault = { _, _ in nil }
        _ = try attempt(school)
        #expect(Set(school.store.enrolments).count == 1)
        #expect(try Installation.load(from: school.files)?.token.hash == school.store.enrolments[0].tokenHash)
    }

    @Test func `the same code after success changes nothing and asks nobody`() throws {
        let school = try school()
        let first = try attempt(school)
        let before = school.store.log.count
        let second = try attempt(school)
        #expect(second.wasEnrolled)
        #expect(second.installation.token == first.installation.token)
        #expect(school.store.log.count == before)
    }

    @Test func `a store with another authority is refused, and learns nothing`() throws {
        let school = try school()
        school.store.authority = try TestAuthority().pem
        let error = #expect(throws: UploadError.self) { try attempt(school) }
        #expect(error?.code == .untrusted && error?.exitStatus == 77 && error?.isPermanent == false)
        #expect(error?.message.contains("is not the store that made this code") == true)
        #expect(school.store.log == ["GET ca"])
        #expect(try school.files.read(.enrolment) == nil)
    }

    @Test(arguments: [("sp100", "2039150"), ("mz150", "00000000")])
    func `a server without an identity is refused before anything is sent`(id: String, code: String) throws {
        let school = try school()
        let identity = SchoolIdentity(
            serverID: try ServerID(id), schoolCode: try SchoolCode(code), schoolName: "none")
        let error = #expect(throws: UploadError.self) { try attempt(school, identity: identity) }
        #expect(error?.code == .unconfigured && error?.exitStatus == 78)
        #expect(error?.message.contains("GSTUDIO_INSTITUTE_ID") == true)
        #expect(school.store.log.isEmpty)
    }

    @Test func `another server's identity is refused where one is enrolled, before anything is sent`() throws {
        let school = try school()
        _ = try attempt(school)
        let before = school.store.log
        let identity = SchoolIdentity(
            serverID: try ServerID("mz151"), schoolCode: try SchoolCode("2039150"), schoolName: "A school")
        let other = EnrolmentCode.random(authority: try authority.fingerprint)
        let error = #expect(throws: UploadError.self) { try attempt(school, code: other, identity: identity) }
        #expect(error?.code == .otherIdentity && error?.exitStatus == 78 && error?.isPermanent == true)
        #expect(error?.message.contains("mz150") == true && error?.message.contains("mz151") == true)
        #expect(school.store.log == before)
        #expect(Installation.serverID(in: school.files)?.text == "mz150")
    }

    @Test(arguments: [ProblemType.codeUnknown, .codeUsed, .codeWithdrawn, .codeExpired, .wrongServerID])
    func `a code that the store refuses leaves everything as it was`(type: ProblemType) throws {
        let school = try school()
        _ = try attempt(school)
        let before = try Installation.load(from: school.files)?.token
        school.store.fault = { request, _ in
            request.path == "/v1/enrolments" ? .answer(FakeStore.problem(type)) : nil
        }
        let other = EnrolmentCode.random(authority: try authority.fingerprint)
        let error = #expect(throws: UploadError.self) { try attempt(school, code: other) }
        #expect(error?.code == .codeRefused && error?.exitStatus == 77 && error?.isPermanent == true)
        #expect(error?.message.contains("as the test has it") == true)
        #expect(try Installation.load(from: school.files)?.token == before)
    }

    @Test func `a new code makes a new installation that continues the history`() async throws {
        let school = try school()
        _ = try attempt(school)
        let content = TestSchool.noise(300_000, seed: 20)
        try school.collect("db", ["a": [1], "large": content])
        #expect(await school.upload().committed == ["db"])
        let before = school.store.frameBytes

        school.store.installation = InstallationID("i-0000000000000002")
        let other = EnrolmentCode.random(authority: try authority.fingerprint)
        let result = try attempt(school, code: other)
        #expect(result.heads == school.store.heads)
        #expect(try school.staging.heads() == school.store.heads)
        // The new installation has committed nothing yet.
        school.store.highestSequence = 0
        try school.collect("db", ["a": [2], "large": content])
        #expect(await school.upload().committed.contains("db"))
        // What the school brought before is asked about, though nothing is common, and not sent again.
        #expect(school.store.frameBytes - before < 2000)
        #expect(school.store.snapshots.last?.parent == school.store.receipts.dropLast().last?.snapshot)
        #expect(Set(school.store.enrolments.map(\.tokenHash)).count == 2)
    }

    @Test func `an answer that power kept from its place is put there by the next command`() async throws {
        let school = try school()
        let token = Token.random()
        let record = EnrolmentRecord(
            store: "https://store.example.org", serverID: try ServerID("mz150"),
            codeHash: EnrolmentCode.hash(ofSecretText: code.secretText).hex, token: token.text,
            signingKey: Data(repeating: 3, count: 32), authority: Data(authority.pem),
            answer: EnrolmentAnswer(
                installation: school.store.installation,
                receiptKey: [UInt8](school.store.receiptKey.publicKey.rawRepresentation),
                sealingKey: [UInt8](repeating: 9, count: 32), directory: "2039150-mz150", schoolName: "A school",
                heads: []))
        try school.files.write(try WireCoding.encode(record), as: .enrolment)
        try school.collect("db", ["a": [1]])
        #expect(await school.upload().committed == ["db"])
        #expect(try Installation.load(from: school.files)?.token == token)
        #expect(try school.files.read(.enrolment) == nil)
    }

    @Test func `offline is not now`() throws {
        let school = try school()
        school.store.fault = { _, _ in .unreachable }
        let error = #expect(throws: UploadError.self) { try attempt(school) }
        #expect(error?.code == .offline && error?.exitStatus == 75)
        #expect(school.store.log == ["GET ca"])
    }

    @Test func `damaged files say what to do`() throws {
        let school = try school()
        _ = try attempt(school)
        try school.files.write(Array("half a tok".utf8), as: .token)
        let error = #expect(throws: UploadError.self) { try Installation.load(from: school.files) }
        #expect(error?.code == .notEnrolled && error?.message.contains("clix-collectd enroll") == true)
    }
}
