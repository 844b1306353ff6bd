import Glibc
import LevelTree
import Settings
import Staging
import Testing

@testable import Collecting

@Suite struct `What sources tells of a dataset` {
    private func report(_ dataset: String, _ school: FakeSchool) throws -> SourceReport {
        SourceReport(of: Collectors.collector(for: .of(dataset)), in: try school.context())
    }

    @Test func `where it is, how big, what is skipped and why`() throws {
        let school = FakeSchool()
        shell(
            """
            cd '\(school.sources.data)/rcs-repo'; ln -s /etc/passwd link; mkfifo pipe; printf 12345 > Nodes/five
            """)
        let report = try report("rcs-repo", school)
        let survey = try #require(report.survey)
        #expect(report.places == ["\(school.sources.data)/rcs-repo"])
        #expect(survey.files == 4)
        #expect(survey.bytes == 15)
        #expect(survey.skipped.map(\.path) == ["Nodes/1/2/4/,5a1.json,", "link", "pipe"])
        #expect(survey.skippedCount == 3)
        #expect(survey.missedCount == 0)
        #expect(report.absence == nil)
        #expect(report.problem == nil)
    }

    @Test func `what may not be read is told, and is not taken for absent`() throws {
        let school = FakeSchool()
        shell(
            "chmod 755 '\(school.root.path)'; cd '\(school.sources.data)'; chmod 0 gstudio-logs nginx-logs/access.log")
        let whole = try asOrdinaryUser { try report("gstudio-logs", school) }
        #expect(whole.absence == nil)
        #expect(whole.survey?.files == 0)
        #expect(
            whole.survey?.missed.map(\.reason)
                == ["the source \(school.sources.data)/gstudio-logs cannot be read: Permission denied"])
        // That a file's content may not be read is seen when it is read, not by its name and size.
        #expect(try asOrdinaryUser { try report("nginx-logs", school) }.survey?.files == 3)
        shell("chmod 0 '\(school.sources.data)'")
        #expect(try asOrdinaryUser { try report("media", school) }.survey?.missedCount == 1)
    }

    @Test func `a dataset that this machine lacks says what was looked for`() throws {
        let school = FakeSchool(.of2017)
        let report = try report("unplatform", school)
        #expect(report.absence == "there is no folder \(school.sources.unplatform)")
        #expect(report.survey == nil)
        #expect(report.places.isEmpty)
    }

    @Test func `a live database is dumped for db, and a source of db-raw`() throws {
        let school = FakeSchool()
        school.root.write("x", to: "home/core/data/db/WiredTiger")
        #expect(try report("db", school).problem == nil)
        #expect(try report("db", school).notes.first?.contains("mongodump") == true)
        #expect(try report("db-raw", school).survey?.files == 4)
    }

    @Test func `what is made at each collection is said, and no program is run for it`() throws {
        let school = FakeSchool()
        #expect(try report("system-heartbeat", school).notes == ["one is made at each collection"])
        #expect(try report("git-commit.log", school).notes.first?.contains(school.sources.code) == true)
        #expect(try report("git-commit.log", school).survey?.files == 1)
    }

    @Test func `what the configuration leaves out is not counted`() throws {
        let school = FakeSchool()
        let report = SourceReport(of: NginxLogsCollector(), in: try school.context()) { gathering in
            var gathering = gathering
            gathering.parts.removeAll()
            return gathering
        }
        #expect(report.survey?.files == 0)
    }
}

@Suite struct `Collectors and staging together` {
    @Test func `every dataset of a 2018 server is staged whole, under paths of its own`() async throws {
        let school = FakeSchool()
        Repositories.makeCodeTree(school)
        // Looked into before it is taken.
        shell("cd '\(school.sources.data)' && tar -czf qbank/qbank_data.tar.gz db")
        let context = try school.context()
        var options = StagingOptions()
        options.keepFree = 0
        let staging = try Staging.open(
            at: school.root.path + "/staging", identity: context.identity, options: options)
        let clock = CollectionClock(startedMilliseconds: 1_534_413_600_000, bootSeconds: 100, isTrusted: true)
        for collector in Collectors.all where collector.dataset.name != "db-raw" {
            let gathering = try await collector.gather(context)
            _ = SourceSurvey(of: gathering) { path, _ in
                #expect(collector.dataset.admits(path), "\(collector.dataset): \(path)")
            }
            let result = try staging.collect(
                collector.dataset, year: try Year(2018), gathering: gathering, clock: clock)
            #expect(result.outcome == .complete, "\(collector.dataset): \(result.ending) \(result.shortfalls)")
            #expect(result.figures.files > 0)
        }
        let tree = school.root.path + "/staging/tree/2018/mz/2039150-mz150"
        let names = shell("cd '\(tree)'; ls gstudio; ls gstudio/system-heartbeat | wc -l").split(separator: "\n")
        #expect(names.contains("git-commit.log"))
        #expect(names.contains("git-commit-details.log"))
        #expect(names.last == "3")
    }
}
