import Collecting
import LevelTree
import Settings
import Terminal
import Testing

@testable import SchoolDaemon

@Suite("A server of 2017, of which the host has no settings,")
struct InsideIdentityTests {
    private let made: MadeSchool

    init() throws { made = try MadeSchool() }

    /// A school whose container answers so, and whose configuration says nothing of who it is.
    private func school(_ answer: String) async throws -> School {
        try made.file("docker", "case $1 in inspect) echo true false false ;; *) \(answer) ;; esac\n")
        var settings = made.settings
        settings.source.docker = ["sh", made.root + "/docker"]
        return try await School(settings).askingContainer()
    }

    @Test func `is who its container says, and once known stays that while the container cannot be asked`() async throws
    {
        let never = try await school("echo gone >&2; exit 1")
        let problem = #expect(throws: CollectingProblem.self) { try never.identity() }
        #expect(problem?.message.contains("in the container gstudio cannot be read: ") == true)
        let school = try await school(
            #"printf "GSTUDIO_INSTITUTE_ID ='mz150'\nGSTUDIO_INSTITUTE_ID_SECONDARY ='2039150'\n""#)
        #expect(try school.identity().directoryName == "2039150-mz150")
        let check = await Check.run(school, configuration: "c")
        #expect(
            check.lines.first { $0.subject == "school" }?.text.contains("server_settings.py in the container") == true)
        _ = try school.openStaging(school.identity())
        let later = try await self.school("echo gone >&2; exit 1").standing()
        #expect(later.identity.directoryName == "2039150-mz150")
        #expect(later.warning?.contains("as before") == true)
    }

    @Test func `is asked for at each of the daemon's jobs, since its container may come up later`() async throws {
        try made.file("data/gstudio-logs/export.log", "a line\n")
        let settings = try await school("echo gone >&2; exit 1").settings
        let daemons = try School(settings)
        let job = Job.collect(.of("gstudio-logs"))
        let trouble = await daemons.perform(job).trouble
        #expect(trouble?.sentence.contains("in the container gstudio cannot be read") == true)
        _ = try await school(#"printf "GSTUDIO_INSTITUTE_ID ='mz150'\n""#)
        let result = await daemons.perform(job)
        #expect(result.hasNews, "\(result)")
    }
}
