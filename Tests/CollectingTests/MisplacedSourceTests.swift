import LevelTree
import Settings
import Staging
import Testing

@testable import Collecting

/// What is there, and is not what belongs there, is neither followed nor taken for absent.
@Suite struct `A source in a wrong form` {
    private let school = FakeSchool()

    /// Moves a folder or file of the school away, and puts a symlink in its place.
    private func exchange(_ path: String, to target: String = "elsewhere") {
        shell("mkdir -p \"$(dirname '\(place(target))')\"; mv '\(place(path))' '\(place(target))'")
        shell("ln -s '\(place(target))' '\(place(path))'")
    }

    private func place(_ path: String) -> String { "\(school.root.path)/\(path)" }

    private func problem(_ dataset: String) async throws -> CollectingProblem? {
        let location = try school.survey(dataset).location
        #expect(location.absence == nil)
        let collector = Collectors.collector(for: .of(dataset))
        let thrown = await #expect(throws: CollectingProblem.self) { try await collector.gather(school.context()) }
        #expect(location.problem == thrown)
        let report = SourceReport(of: collector, in: try school.context())
        #expect(report.problem == thrown?.message)
        return thrown
    }

    /// One inside of the sources is followed no more than one that leads out.
    @Test(arguments: ["elsewhere", "home/core/data/elsewhere"])
    func `a folder behind a symlink fails, and the sentence says what to do`(target: String) async throws {
        exchange("home/core/data/media", to: target)
        let problem = try await problem("media")
        #expect(problem?.code == .misplaced)
        #expect(problem?.message.hasPrefix("\(school.sources.data)/media is a symbolic link") == true)
        #expect(problem?.message.contains("mount --bind") == true)
    }

    @Test(
        arguments: [
            ("home/core/code/gstudio", ["server_settings.py", "local_settings.py"]),
            ("home/core/code/gstudio/gnowsys-ndf/gnowsys_ndf", ["server_settings.py", "local_settings.py"]),
            ("home/core/data/qbank", ["qbank_data.tar.gz"]),
        ], ["elsewhere", "home/core/elsewhere", "home/core/code/elsewhere"])
    func `a symlink in the middle of the way fails it likewise`(
        source: (path: String, datasets: [String]), target: String
    ) async throws {
        exchange(source.path, to: target)
        for dataset in source.datasets {
            let problem = try await problem(dataset)
            #expect(problem?.message.hasPrefix("\(place(source.path)) is a symbolic link") == true)
        }
    }

    @Test func `a copied half of the assessment media behind a symlink fails it`() async throws {
        let school = FakeSchool(.of2017)
        shell("cd '\(school.sources.data)'; mv assessment-media ../moved; ln -s ../moved assessment-media")
        let location = try school.survey("assessment-media/studentResponseFiles").location
        #expect(location.problem?.message.hasPrefix("\(school.sources.data)/assessment-media is a symbolic") == true)
    }

    @Test func `a file in the place of a folder, and a folder in that of a file, fail it`() async throws {
        shell("cd '\(school.sources.data)'; rm -r gstudio-logs; touch gstudio-logs")
        shell("cd '\(school.sources.data)'; rm -r qbank; mkdir -p qbank/qbank_data.tar.gz")
        #expect(
            try await problem("gstudio-logs")?.message.hasPrefix(
                "\(school.sources.data)/gstudio-logs is a file, where a folder was expected") == true)
        #expect(
            try await problem("qbank_data.tar.gz")?.message.hasPrefix(
                "\(school.sources.data)/qbank/qbank_data.tar.gz is a folder, where a file was expected") == true)
    }

    @Test func `a folder that is set under [source] may be a symlink`() throws {
        for folder in ["data", "code", "assesment-datastore", "unplatform"] {
            exchange("home/core/\(folder)", to: "disk/\(folder)")
        }
        for dataset in Dataset.all where dataset.name != "db-raw" {
            let found = try school.survey(dataset.name)
            #expect(found.location.problem == nil)
            #expect(found.location.absence == nil)
            #expect(found.survey.missedCount == 0)
            #expect(found.survey.files > 0)
        }
        #expect(try ServerIdentity.read(settings: .init(), sources: school.sources).warnings.isEmpty)
    }

    @Test func `a set folder that is a symlink to nowhere, or a file, is a problem of what lies in it`() async throws {
        shell("cd '\(place("home/core"))'; rm -r unplatform; ln -s /nonexistent unplatform")
        #expect(try await problem("unplatform")?.message.contains("leads nowhere") == true)
        shell("cd '\(place("home/core"))'; rm -r assesment-datastore; touch assesment-datastore")
        #expect(try await problem("assessment-media/repository")?.message.contains("is a file") == true)
        shell("cd '\(place("home/core"))'; rm -r code; ln -s /nonexistent code")
        #expect(try school.survey("git-commit.log").location.problem?.message.contains("leads nowhere") == true)
    }

    @Test func `settings behind a symlink do not say who the school is, but the copy does`() throws {
        exchange("home/core/code/gstudio")
        let found = try ServerIdentity.read(
            settings: SchoolSettings(serverID: ServerID("mz150")), sources: school.sources)
        #expect(found.file == school.sources.data + "/server_settings.py")
        #expect(found.warnings.first?.contains("gstudio is a symbolic link") == true)
    }

    @Test func `heartbeats behind a symlink are missed, and this moment's is made all the same`() async throws {
        exchange("home/core/data/system-heartbeat")
        let collector = Collectors.collector(for: .heartbeat)
        let gathering = try await collector.gather(try school.context())
        let survey = SourceSurvey(of: gathering)
        #expect(survey.files == 1)
        #expect(survey.missed.first?.reason.contains("system-heartbeat is a symbolic link") == true)
        #expect(SourceReport(of: collector, in: try school.context()).problem?.contains("symbolic link") == true)
    }

    @Test func `of git's texts only what lies behind a symlink is missed`() async throws {
        Repositories.makeCodeTree(school)
        exchange("home/core/code/gstudio/gnowsys-ndf/qbank-lite")
        exchange("home/core/data/git-commit-details.log", to: "details")
        let gathering = try await Collectors.collector(for: .gitLog).gather(try school.context())
        #expect(gathering.shortfalls.map(\.path) == ["git-commit.log"])
        #expect(gathering.shortfalls.first?.reason.contains("qbank-lite is a symbolic link") == true)
        let survey = SourceSurvey(of: gathering)
        #expect(survey.files == 1)
        #expect(survey.missed.map(\.path) == ["git-commit-details.log"])
    }

    @Test(arguments: [true, false])
    func `the platform's dump behind a symlink, or not there, is missed where none can be made`(
        isLink: Bool
    ) async throws {
        let dump = "home/core/data/postgres-dump/pg_dump_all.sql"
        if isLink { exchange(dump) } else { shell("rm '\(place(dump))'") }
        var context = try school.context()
        let closed = FakeDocker(inspect: FakeDocker.unreachable)
        context.container = closed.container
        let survey = SourceSurvey(of: try await Collectors.collector(for: .of("postgres-dump")).gather(context))
        #expect(survey.files == 1)
        #expect(survey.missed.map(\.path) == ["pg_dump_all.sql"])
        let why = isLink ? "is a symbolic link" : "is not there"
        #expect(survey.missed.first?.reason.contains(why) == true)
        #expect(survey.missed.first?.reason.contains("none could be made") == true)
    }

    @Test func `a database behind a symlink is a problem of db, not of db-raw`() async throws {
        shell("touch '\(school.sources.data)/db/WiredTiger'")
        exchange("home/core/data/db")
        #expect(try await problem("db")?.code == .misplaced)
        let raw = try school.survey("db-raw").location
        #expect(raw.absence?.contains("symbolic link") == true)
        #expect(raw.problem?.code == .notNeeded)
    }

    @Test func `dumps of which every database is behind a symlink fail db`() async throws {
        shell("rm -r '\(school.sources.data)/db/assessment'")
        exchange("home/core/data/db/gstudio-mongodb")
        #expect(try await problem("db")?.message.contains("gstudio-mongodb is a symbolic link") == true)
    }
}
