import LevelTree
import Settings
import Terminal
import Testing
import Wire

@testable import SchoolDaemon
@testable import Staging
@testable import Uploading

@Suite("Who a machine is, once it is enrolled,")
struct StandingTests {
    private let made: MadeSchool

    init() throws { made = try MadeSchool() }

    private func school(_ serverID: String?, code: String = "2039150", name: String = "A school") throws -> School {
        var settings = made.settings
        settings.school.serverID = try serverID.map { try ServerID($0) }
        settings.school.schoolCode = try SchoolCode(code)
        settings.school.schoolName = name
        return try School(settings)
    }

    /// As enrolment leaves it, as far as these tests look.
    private func enroll(_ school: School, as serverID: String) throws {
        let answer = EnrolmentAnswer(
            installation: InstallationID.random(),
            receiptKey: [UInt8](repeating: 9, count: 32),
            sealingKey: [UInt8](repeating: 9, count: 32), directory: "2039150-\(serverID)",
            schoolName: "A school", heads: [])
        let record = InstallationRecord(
            store: "https://127.0.0.1:1", serverID: try ServerID(serverID), codeHash: "", answer: answer)
        try school.files.write(try WireCoding.encode(record), as: .installation)
        try school.files.write(Array(Token.random().text.utf8), as: .token)
        try school.files.write(Array("PEM".utf8), as: .authority)
    }

    @Test func `is free to change before that`() throws {
        _ = try school("mz151").openStaging(school("mz151").identity())
        let school = try school("mz150")
        #expect(try school.identityToSend().serverID.text == "mz150")
        #expect(try school.openStaging(school.identity()).identity.serverID.text == "mz150")
    }

    @Test func `is that of the server id: a corrected code or name is the same server's`() throws {
        let school = try school("mz150")
        _ = try school.openStaging(school.identity())
        try enroll(school, as: "mz150")
        let corrected = try self.school("mz150", code: "2039151", name: "Another name")
        #expect(try corrected.identityToSend().schoolCode.text == "2039151")
        #expect(try corrected.toCollect().settings.staging.directory == school.settings.staging.directory)
        #expect(try corrected.openStaging(corrected.identity()).identity.schoolCode.text == "2039151")
    }

    @Test func `is not another server's: that is collected apart and not sent, and the staged tree stays`() async throws
    {
        let enrolled = try school("mz150")
        try made.file("data/gstudio-logs/export.log", "a line\n")
        let logs = [Dataset.of("gstudio-logs")]
        do {
            let staging = try enrolled.openStaging(enrolled.identity())
            _ = try await enrolled.collect(logs, as: enrolled.identity(), into: staging) { _ in }
        }
        try enroll(enrolled, as: "mz150")

        let changed = try school("mz151")
        #expect(throws: UploadError.self) { try changed.identityToSend() }
        let error = #expect(throws: UploadError.self) { try changed.openStaging(changed.identity()) }
        #expect(error.map { ExitStatus(failure: $0) } == .config)
        #expect(error?.message.hasPrefix("this machine is enrolled as mz150, but now calls itself mz151") == true)
        let apart = try changed.toCollect()
        #expect(apart.settings.staging.directory == made.root + "/staging/other/mz151")
        let staging = try apart.openStaging(apart.identity())
        let report = try await apart.collect(logs, as: apart.identity(), into: staging) { _ in }
        #expect(report.exitStatus == .ok)
        #expect(report.warnings.contains { $0.sentence.contains("kept apart in \(made.root)/staging/other/mz151") })
        #expect(try staging.currentGenerations().count == 1)
        let status = try changed.status()
        #expect(status.serverID == "mz150")
        #expect(status.text.contains("TO DO    this machine is enrolled as mz150"))
        #expect(try enrolled.openStaging(enrolled.identity()).currentGenerations().count == 1)
    }

    @Test func `is not lost with its settings: a server that nobody set up is collected as before, and not sent`()
        throws
    {
        let enrolled = try school("mz150")
        _ = try enrolled.openStaging(enrolled.identity())
        try enroll(enrolled, as: "mz150")
        for (id, code) in [("sp100", "00000000"), ("mz150", "00000000"), ("cc", "")] {
            let school = try school(id, code: code)
            #expect(try school.identity() == enrolled.identity())
            #expect(try school.toCollect().settings.staging.directory == enrolled.settings.staging.directory)
            #expect(throws: UploadError.self) { try school.identityToSend() }
        }
    }

    @Test func `has a place in the tree, or nothing is read`() throws {
        let unset = try school("sp100", code: "00000000")
        #expect(throws: IdentityProblem.self) { try unset.toCollect() }
    }
}
