import LevelTree
import Settings
import Staging
import Testing

@testable import Collecting

/// Domain facts, 0.1: the installations of 2017 have code and qbank's files only inside the container.
@Suite struct `What lies only inside the container` {
    private let responses = "assessment-media/studentResponseFiles"
    private let repository = "assessment-media/repository"

    /// The school's disk holds what is inside as well, where no collector looks for it on the host.
    private func filled(_ layout: FakeSchool.Layout) -> FakeSchool {
        let school = FakeSchool(layout)
        let settings = "gstudio/gnowsys-ndf/gnowsys_ndf"
        let store = "gstudio/gnowsys-ndf/qbank-lite/webapps/CLIx/datastore"
        for (name, content) in [
            ("\(settings)/local_settings.py", FakeSchool.localSettings),
            ("\(settings)/server_settings.py", FakeSchool.serverSettings("mz150")),
            ("\(store)/repository/AssetContent/5b1.mp3", "inside"), ("\(store)/repository/5b2.png", "inside"),
            ("\(store)/studentResponseFiles/5b1.mp3", "inside"), ("\(store)/studentResponseFiles/new.mp3", "inside"),
        ] { school.root.write(content, to: "inside/\(name)") }
        school.root.write("copy", to: "home/core/data/\(responses)/gone.mp3")
        return school
    }

    private func context(_ school: FakeSchool, _ docker: FakeDocker = FakeDocker()) throws -> CollectionContext {
        var context = try school.context()
        context.container = docker.container
        context.containerPaths = ContainerPaths(code: school.root.path + "/inside")
        return context
    }

    private func gather(
        _ dataset: String, _ school: FakeSchool, _ docker: FakeDocker = FakeDocker()
    ) async throws -> Gathering {
        try await Collectors.collector(for: .of(dataset)).gather(try context(school, docker))
    }

    /// What a collection publishes: each file with its content, by `cat`.
    private func published(_ gathering: Gathering, _ dataset: String, _ school: FakeSchool) throws -> String {
        var options = StagingOptions()
        options.keepFree = 0
        options.racySeconds = 0
        let staging = try Staging.open(
            at: school.root.path + "/staging", identity: try school.context().identity, options: options)
        _ = try staging.collect(
            .of(dataset), year: try Year(2018), gathering: gathering,
            clock: CollectionClock(startedMilliseconds: 1_534_413_600_000, bootSeconds: 100, isTrusted: true))
        return shell(
            """
            cd '\(school.root.path)/staging/tree/2018/mz/2039150-mz150/gstudio/\(dataset)'
            for file in $(find . ! -type d | sort); do echo "$file $(cat "$file")"; done
            """)
    }

    private let stopped = FakeDocker(inspect: FakeDocker.stopped, run: "exit 1")

    @Test func `pupils' answers of both places are there once, qbank's own first, in both installations`() async throws
    {
        let old = filled(.of2017)
        let fromInside = try await gather(responses, old)
        #expect(fromInside.shortfalls.isEmpty)
        #expect(
            try published(fromInside, responses, old) == "./5b1.mp3 inside\n./gone.mp3 copy\n./new.mp3 inside\n")
        let new = filled(.of2018)
        let docker = FakeDocker()
        let fromHost = try await gather(responses, new, docker)
        #expect(try published(fromHost, responses, new) == "./5b1.mp3 original\n./gone.mp3 copy\n")
        #expect(docker.calls.isEmpty)
    }

    @Test func `assessment media are fetched where the host has none, and go by reference to the cache`() async throws {
        let old = filled(.of2017)
        let gathering = try await gather(repository, old)
        #expect(gathering.shortfalls.isEmpty)
        #expect(gathering.parts.map(\.placeText) == ["\(old.root.path)/container/\(repository)"])
        let survey = SourceSurvey(of: gathering)
        #expect(survey.files == 2)
        #expect(survey.bytes == 12)
        let new = filled(.of2018)
        #expect(
            try await gather(repository, new).parts.map(\.placeText) == ["\(new.sources.assessmentStore)/repository"])
    }

    @Test func `what exclude leaves out is not fetched in the first place`() async throws {
        let school = filled(.of2017)
        var context = try context(school)
        let patterns = try ExcludePatterns(["*.mp3"])
        context.excluded = { _ in patterns }
        _ = try await Collectors.collector(for: .of(repository)).gather(context)
        #expect(shell("cd '\(school.root.path)/container/\(repository)'; find . -type f") == "./5b2.png\n")
    }

    @Test func `what was fetched stands while the container is stopped, and that is said`() async throws {
        let school = filled(.of2017)
        for dataset in [responses, repository] {
            let before = SourceSurvey(of: try await gather(dataset, school))
            let after = try await gather(dataset, school, stopped)
            #expect(SourceSurvey(of: after).files == before.files)
            #expect(after.shortfalls.count == 1)
            #expect(after.shortfalls.first?.reason.contains("is stopped") == true)
        }
    }

    @Test func `before anything was fetched the copy is taken, and what cannot be read is said`() async throws {
        let school = filled(.of2017)
        let copies = try await gather(responses, school, stopped)
        #expect(SourceSurvey(of: copies).files == 2)
        #expect(copies.shortfalls.first?.reason.contains("is stopped") == true)
        let problem = await #expect(throws: CollectingProblem.self) { try await gather(repository, school, stopped) }
        #expect(problem?.code == .absent)
        #expect(problem?.message.contains("is stopped") == true)
        // A machine without the container or without qbank in it has the copy, and lacks nothing.
        let none = FakeDocker(
            inspect: FakeDocker.refusal("Error: No such object: gstudio"),
            run: FakeDocker.refusal("Error: No such container: gstudio"))
        #expect(try await gather(responses, school, none).shortfalls.isEmpty)
        shell("rm -r '\(school.root.path)/inside/gstudio/gnowsys-ndf/qbank-lite'")
        #expect(try await gather(responses, school).shortfalls.isEmpty)
    }

    @Test func `a file that cannot be fetched is missed by name, unless the copy has it`() async throws {
        let school = filled(.of2017)
        let store = "\(school.root.path)/inside/gstudio/gnowsys-ndf/qbank-lite/webapps/CLIx/datastore"
        let docker = FakeDocker(
            run:
                #"case " $* " in *" tar "*) cd '\#(store)/\#(responses.dropFirst(17))' && rm -f new.mp3 5b1.mp3 ;; esac; "#
                + #"inside "$@""#)
        let survey = SourceSurvey(of: try await gather(responses, school, docker))
        #expect(survey.missed.map(\.path) == ["new.mp3"])
        #expect(survey.files == 2)
    }

    @Test func `settings are the originals where the host has no code tree, else the copies`() async throws {
        for dataset in ["local_settings.py", "server_settings.py"] {
            let school = filled(.of2017)
            let inside = try await gather(dataset, school)
            #expect(inside.parts.map(\.placeText) == ["\(school.root.path)/container/\(dataset)/\(dataset)"])
            #expect(SourceSurvey(of: inside).files == 1)
            let copy = try await gather(dataset, school, stopped)
            #expect(copy.parts.map(\.placeText) == ["\(school.sources.data)/\(dataset)"])
            shell("rm '\(school.sources.data)/\(dataset)'")
            let former = try await gather(dataset, school, stopped)
            #expect(SourceSurvey(of: former).files == 1)
            #expect(former.shortfalls.first?.reason.contains("is stopped") == true)
            let docker = FakeDocker()
            _ = try await gather(dataset, filled(.of2018), docker)
            #expect(docker.calls.isEmpty)
        }
    }

    @Test func `git's details come from inside, each repository's own, masked, and nothing of them runs here`()
        async throws
    {
        let school = filled(.of2017)
        let code = school.root.path + "/inside"
        let git = "git -c user.name=A -c user.email=a@example.org -c init.defaultBranch=master"
        shell(
            """
            for tree in . gstudio; do
                cd '\(code)'/$tree; \(git) init -q; echo one >file; \(git) add file; \(git) commit -qm "first of $tree"
                git remote add origin https://robot:t0ken@example.org/x.git
            done
            echo "PASSWORD = 's3cret'" >>file; touch '\(code)/gstudio/extra'
            """)
        let docker = FakeDocker()
        let gathering = try await gather("git-commit.log", school, docker)
        let texts = gathering.parts.compactMap { part -> String? in
            guard case .text(let bytes, _, _, _) = part else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }
        let text = try #require(texts.first)
        #expect(text.contains("Details of gstudio-docker"))
        #expect(text.contains("first of ."))
        #expect(text.contains("first of gstudio"))
        #expect(text.contains("extra"))
        #expect(text.contains("PASSWORD"))
        #expect(!text.contains("s3cret"))
        #expect(!text.contains("t0ken"))
        // qbank has no repository here, and does not answer for the one around it.
        #expect(gathering.shortfalls.map(\.path) == ["git-commit.log"])
        #expect(gathering.shortfalls.first?.reason.contains("qbank-lite in the container gstudio is not a git") == true)
        let calls = docker.calls.filter { $0.contains(" git ") }
        #expect(calls.count == 9)
        #expect(calls.allSatisfy { $0.contains("GIT_OPTIONAL_LOCKS=0") && $0.contains("core.fsmonitor=false") })
    }

    @Test func `git's details that were had before are missed while the container is stopped`() async throws {
        let school = filled(.of2017)
        var context = try context(school, stopped)
        let year = try Year(2018)
        context.memory = { _ in
            CollectorMemory(year: year, bytes: Array("git-commit.log".utf8))
        }
        let gathering = try await Collectors.collector(for: .gitLog).gather(context)
        let missed = SourceSurvey(of: gathering).missed
        #expect(missed.map(\.path) == ["git-commit.log"])
        #expect(missed.first?.reason.contains("is stopped") == true)
    }

    @Test func `sources counts what is inside where it is, without fetching it`() async throws {
        let school = filled(.of2017)
        for (dataset, files, bytes) in [
            (repository, 2, 12), (responses, 3, 16), ("local_settings.py", 1, FakeSchool.localSettings.utf8.count),
        ] as [(String, UInt64, Int)] {
            let report = await SourceReport.looking(
                at: Collectors.collector(for: .of(dataset)), in: try context(school), isRunning: true)
            #expect(report.survey?.files == files)
            #expect(report.survey?.bytes == UInt64(bytes))
            #expect(report.places.first?.hasPrefix("in the container gstudio, ") == true)
        }
        #expect(!shell("ls '\(school.root.path)'").contains("container"))
    }

    @Test func `sources and check show the place inside, in that installation only`() async throws {
        let old = filled(.of2017)
        let new = filled(.of2018)
        let store = "/gstudio/gnowsys-ndf/qbank-lite/webapps/CLIx/datastore"
        let settings = "/gstudio/gnowsys-ndf/gnowsys_ndf"
        for (dataset, inside) in [
            (responses, store + "/studentResponseFiles"), (repository, store + "/repository"), ("git-commit.log", ""),
            ("local_settings.py", settings + "/local_settings.py"),
            ("server_settings.py", settings + "/server_settings.py"),
        ] {
            let collector = Collectors.collector(for: .of(dataset))
            let place = "in the container gstudio, \(old.root.path)/inside\(inside)"
            #expect(SourceReport(of: collector, in: try context(old)).places.contains(place))
            _ = try? await collector.gather(try context(old))
            let report = SourceReport(of: collector, in: try context(old))
            #expect(report.places.first == place)
            #expect(!report.places.contains { $0.contains("\(old.root.path)/container") })
            #expect(report.problem == nil)
            #expect(
                !SourceReport(of: collector, in: try context(new)).places.contains { $0.contains("in the container") })
        }
    }
}
