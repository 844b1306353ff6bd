import LevelTree
import Settings
import Testing

@testable import Collecting

@Suite struct `Who this server is` {
    private func read(_ school: FakeSchool, _ settings: SchoolSettings = SchoolSettings()) throws -> ServerIdentity {
        try ServerIdentity.read(settings: settings, sources: school.sources)
    }

    @Test func `the original settings are read first, a name that breaks Python included`() throws {
        let school = FakeSchool(.of2018)
        let found = try read(school)
        #expect(found.identity.directoryName == "2039150-mz150")
        #expect(found.identity.schoolName == "St. Foo's H/S (Deficit)")
        #expect(found.file == school.sources.gstudioSettings + "/server_settings.py")
        #expect(found.warnings.isEmpty)
    }

    @Test func `on a 2017 server the copy under data is read`() throws {
        let school = FakeSchool(.of2017)
        school.root.write(FakeSchool.serverSettings("mz1"), to: "home/core/data/server_settings.py")
        #expect(try read(school).identity.serverID.text == "mz1")
    }

    @Test func `the configuration wins, one value at a time`() throws {
        let school = FakeSchool()
        let found = try read(school, SchoolSettings(serverID: try ServerID("rj280"), schoolName: "Other"))
        #expect(found.identity.serverID.text == "rj280")
        #expect(found.identity.schoolCode.text == "2039150")
        #expect(found.identity.schoolName == "Other")
    }

    @Test func `missing lines leave code and name empty, and it is said`() throws {
        let school = FakeSchool(.of2017)
        school.root.write("GSTUDIO_INSTITUTE_ID ='rj281'\n", to: "home/core/data/server_settings.py")
        let found = try read(school)
        #expect(found.identity.directoryName == "-rj281")
        #expect(found.warnings.count == 1)
        #expect(found.warnings.first?.contains("-rj281") == true)
    }

    @Test func `an unconfigured server has an identity, which enrolment refuses`() throws {
        let school = FakeSchool(.of2017)
        school.root.write(
            "GSTUDIO_INSTITUTE_ID = 'sp100'\nGSTUDIO_INSTITUTE_ID_SECONDARY ='00000000'\n",
            to: "home/core/data/server_settings.py")
        let identity = try read(school).identity
        #expect(throws: IdentityProblem.self) { try identity.requireConfigured() }
    }

    @Test func `without any file the sentence says where it looked and what to set`() throws {
        let school = FakeSchool(.of2017)
        shell("rm '\(school.sources.data)/server_settings.py'")
        let problem = #expect(throws: CollectingProblem.self) { try read(school) }
        #expect(problem?.code == .noIdentity)
        #expect(problem?.message.contains(school.sources.data) == true)
        #expect(problem?.message.contains("set server_id") == true)
    }

    @Test(arguments: ["GSTUDIO_INSTITUTE_ID =''", "GSTUDIO_INSTITUTE_ID ='../x'", "GSTUDIO_INSTITUTE_ID ='MZ 1'"])
    func `what is no server id is refused, naming the file`(line: String) throws {
        let school = FakeSchool(.of2017)
        school.root.write(line, to: "home/core/data/server_settings.py")
        let problem = #expect(throws: CollectingProblem.self) { try read(school) }
        #expect(problem?.message.contains("\(school.sources.data)/server_settings.py") == true)
    }

    @Test func `a settings file that is a symlink is not followed, and it is said`() throws {
        let school = FakeSchool(.of2018)
        let original = school.sources.gstudioSettings + "/server_settings.py"
        shell("mv '\(original)' '\(school.root.path)/s.py'; ln -s '\(school.root.path)/s.py' '\(original)'")
        let found = try read(school, SchoolSettings(serverID: try ServerID("mz150")))
        #expect(found.file == school.sources.data + "/server_settings.py")
        #expect(found.warnings.first?.contains("symbolic link") == true)
    }

    /// A server of 2017 of which the host knows nothing.
    private func unknown() -> FakeSchool {
        let school = FakeSchool(.of2017)
        shell("rm '\(school.sources.data)/server_settings.py'")
        return school
    }

    private func ask(
        _ school: FakeSchool, _ docker: FakeDocker, _ settings: SchoolSettings = SchoolSettings()
    ) async throws -> ServerIdentity {
        let inside = await InsideSettings.ask(
            settings: settings, sources: school.sources, container: docker.container,
            paths: ContainerPaths(code: school.root.path + "/inside"))
        return try ServerIdentity.read(settings: settings, sources: school.sources, inside: inside)
    }

    private static let insideSettings = "inside/gstudio/gnowsys-ndf/gnowsys_ndf/server_settings.py"

    @Test func `what only the container has on a 2017 server is read out of it, and said`() async throws {
        let school = unknown()
        school.root.write(FakeSchool.serverSettings("rj12"), to: Self.insideSettings)
        let found = try await ask(school, FakeDocker())
        #expect(found.identity.directoryName == "2039150-rj12")
        #expect(found.file == "\(school.root.path)/\(Self.insideSettings) in the container gstudio")
        #expect(found.warnings.isEmpty)
        school.root.write("GSTUDIO_INSTITUTE_NAME ='x'\n", to: Self.insideSettings)
        let problem = await #expect(throws: CollectingProblem.self) { try await ask(school, FakeDocker()) }
        #expect(problem?.message.contains("in the container gstudio has no line GSTUDIO_INSTITUTE_ID") == true)
    }

    @Test func `a container that cannot be asked is part of the sentence, or of the warnings`() async throws {
        let stopped = FakeDocker(inspect: FakeDocker.stopped, run: "exit 1")
        let problem = await #expect(throws: CollectingProblem.self) { try await ask(unknown(), stopped) }
        #expect(problem?.code == .noIdentity)
        #expect(problem?.message.contains("nor in ") == true)
        #expect(problem?.message.contains("in the container gstudio cannot be read: ") == true)
        #expect(problem?.message.contains("docker start gstudio; set server_id") == true, "\(problem?.message ?? "")")
        let settings = SchoolSettings(serverID: try ServerID("rj12"), schoolCode: try SchoolCode("1"))
        #expect(try await ask(unknown(), stopped, settings).warnings.count == 1)
        let none = FakeDocker(
            inspect: FakeDocker.refusal("Error: No such object: gstudio"),
            run: FakeDocker.refusal("Error: No such container: gstudio"))
        #expect(try await ask(unknown(), none, settings).warnings.isEmpty)
    }

    @Test func `the container is not asked where host or configuration tell it`() async throws {
        let docker = FakeDocker()
        #expect(try await ask(FakeSchool(.of2018), docker).identity.serverID.text == "mz150")
        let copied = unknown()
        copied.root.write(FakeSchool.serverSettings("mz2"), to: "home/core/data/server_settings.py")
        #expect(try await ask(copied, docker).identity.serverID.text == "mz2")
        let all = SchoolSettings(serverID: try ServerID("mz1"), schoolCode: try SchoolCode("1"), schoolName: "A")
        #expect(try await ask(unknown(), docker, all).identity.serverID.text == "mz1")
        #expect(docker.calls.isEmpty)
    }
}
