import Collecting
import Glibc
import LevelTree
import Settings
import Testing

@testable import SchoolDaemon
@testable import Staging

@Suite("What was not collected whole")
struct CollectionErrorsTests {
    private static let denied = "this user may not use Docker; run as root: allow docker"
    private static let obstacles =
        [ContainerObstacle(denied)]
        + Container(name: "gstudio", command: ["docker"], programs: SubprocessRunner()).obstacles
    private let datasets = ["db", "git-commit.log", "media", "postgres-dump"].map(Dataset.of)

    private func sentences(_ reports: [DatasetReport], _ standing: [Generation] = []) -> [String] {
        var record = CollectionRecord()
        for report in reports { record.note(report, at: 5) }
        let generations = reports.compactMap(\.generation) + standing
        return CollectionErrors(datasets, record, generations, obstacles: Self.obstacles).sentences
    }

    private func failed(_ dataset: String, _ reason: String) -> DatasetReport {
        DatasetReport(dataset: .of(dataset), ending: .failed(reason: reason, cause: .source))
    }

    private func partial(_ dataset: String, _ lacks: (path: String, reason: String)...) throws -> DatasetReport {
        let shortfalls = lacks.map { Shortfall(path: $0.path, reason: $0.reason) }
        let generation = Generation(
            sequence: 1, dataset: .of(dataset), year: try Year(2027), outcome: .partial, files: 3, bytes: 4096,
            startedMilliseconds: 1, finishedMilliseconds: 2, isClockTrusted: true, shortfalls: shortfalls)
        return DatasetReport(dataset: .of(dataset), ending: .published(generation), shortfalls: shortfalls)
    }

    @Test("is not told where all is well, waits, or was never here")
    func silence() throws {
        let well = try [
            DatasetReport(dataset: .of("media"), ending: .published(.made(.of("media")))),
            DatasetReport(dataset: .of("postgres-dump"), ending: .waiting(reason: "too early")),
            DatasetReport(dataset: .of("db"), ending: .absent(reason: "there is no db")),
        ]
        #expect(sentences(well).isEmpty)
        #expect(sentences([]).isEmpty)
    }

    @Test("is told with its reason, whatever it was that failed")
    func reasons() throws {
        let told = try sentences([
            failed("db", "no dump was made: it took too long"),
            DatasetReport(dataset: .of("media"), ending: .held(reason: "it is empty now")),
            partial("postgres-dump", ("a.sql", "cannot be read"), ("", "and more")),
        ])
        #expect(
            told == [
                "db: failed: no dump was made: it took too long", "media: held back: it is empty now",
                "postgres-dump: partial: a.sql: cannot be read; and more",
            ])
    }

    @Test("is told of what was taken in the place of something better for want of the container, too")
    func substitute() throws {
        func taken(_ cause: String) throws -> DatasetReport {
            let left = Shortfall(
                path: "a.sql",
                reason: "a dump of our own, as none could be made: \(cause); the platform's own, of Monday, was taken")
            return try DatasetReport(
                dataset: .of("postgres-dump"), ending: .published(.made(.of("postgres-dump"))), skipped: [left])
        }
        let told = "postgres-dump: the platform's own, of Monday, was taken"
        #expect(try sentences([taken(Self.denied)]) == ["\(told): \(Self.denied)"])
        #expect(
            try sentences([taken(Self.denied), failed("db", "no dump was made: \(Self.denied)")])
                == ["not collected: db; \(told): \(Self.denied)"])
        #expect(
            try sentences([taken("pg_dumpall failed; see there")])
                == ["\(told), as none could be made: pg_dumpall failed; see there"])
    }

    @Test("for want of the engine is one line, though the engine does not fail each time in the same words")
    func engine() throws {
        func dead(_ why: String) -> String {
            "Docker's engine does not answer (\(why)); start it (systemctl start docker), or say how it is reached by "
                + "docker under [source]"
        }
        #expect(
            try sentences([
                failed("db", "no dump was made: \(dead("connection refused"))"),
                partial(
                    "git-commit.log", ("gstudio", "left as it is: \(dead("no answer in time")); and so on"),
                    ("", "else")),
            ]) == [
                "not collected: db; collected in part: git-commit.log: \(dead("connection refused"))",
                "git-commit.log: partial: else",
            ])
    }

    @Test("for want of the container is one line, with every dataset that lacks something for it, and the command")
    func container() throws {
        let told = try sentences([
            failed("db", "no dump was made: \(Self.denied)"),
            partial("git-commit.log", ("gstudio", Self.denied), ("qbank", Self.denied)),
            partial("media", ("x", Self.denied), ("y", "cannot be read")),
            DatasetReport(
                dataset: .of("postgres-dump"),
                ending: .absent(reason: "none is there, and none was made: \(Self.denied)")),
        ])
        #expect(
            told == [
                "not collected: db, postgres-dump; collected in part: git-commit.log, media: \(Self.denied)",
                "media: partial: y: cannot be read",
            ])
    }

    @Test("names the first files of many and counts the others")
    func many() throws {
        let lacks = (1...5).map { (path: "f\($0)", reason: "gone") }
        let told = try sentences([partial("media", lacks[0], lacks[1], lacks[2], lacks[3], lacks[4])])
        #expect(told == ["media: partial: f1: gone; f2: gone; f3: gone; and 2 more"])
    }

    @Test("is known from what stands where the record of the last collection is lost")
    func lostRecord() throws {
        let generation = try #require(try partial("media", ("x", "gone")).generation)
        #expect(sentences([], [generation]) == ["media: partial: x: gone"])
    }
}

@Suite("A school that tells what it does not collect")
struct SchoolReportTests {
    private let clock = MachineClock(
        now: { FileTime(seconds: 1_800_000_000, nanoseconds: 7_000_000) }, bootSeconds: { 1 })
    private static let denied = "permission denied while trying to connect to the Docker daemon"

    /// A server with a running database, which may not use Docker.
    private func school(_ made: MadeSchool, saying message: String = denied) throws -> School {
        try made.file("data/db/storage.bson", "live")
        try made.file("data/db/mongod.lock", "1")
        try made.file("data/local_settings.py", "DATABASES = {'PASSWORD': 'open-sesame'}\n")
        var settings = made.settings
        settings.school.serverID = try ServerID("mz150")
        settings.source.docker = ["sh", "-c", "echo \"\(message)\" >&2; exit 1"]
        return try School(settings, clock: clock)
    }

    private func collect(_ school: School, into staging: Staging, _ datasets: String...) async throws {
        let identity = try school.identity()
        _ = try await school.collect(datasets.map { .of($0) }, as: identity, into: staging) { _ in }
    }

    @Test("names what needs the container in one line with the one command, alike in status and in its report")
    func oneLine() async throws {
        let made = try MadeSchool()
        let school = try school(made)
        let staging = try school.openStaging(school.identity())
        #expect(try school.report(from: staging).errors.isEmpty)
        try await collect(school, into: staging, "db", "postgres-dump")
        let report = try school.report(from: staging)
        #expect(report.errors.count == 1, "\(report.errors)")
        let line = try #require(report.errors.first)
        #expect(line.hasPrefix("not collected: postgres-dump, db: this user may not use Docker"), "\(line)")
        #expect(line.hasSuffix(ContainerProblem.commandThatAllows))
        #expect(report.version == Release.version && report.clock == 1_800_000_000_007 && report.freeBytes > 0)
        let status = try school.status()
        #expect(status.errors == report.errors)
        #expect(status.text.split(separator: "\n").filter { $0.contains("may not use Docker") } == ["error    \(line)"])
        #expect(try status.json.contains(#""errors":["not collected: postgres-dump"#))
    }

    @Test("names the platform's dump that was taken for want of the engine, with its age, in that one line")
    func ageOfSubstitute() async throws {
        let made = try MadeSchool()
        try made.file(
            "data/postgres-dump/pg_dump_all.sql", "--\n-- PostgreSQL database cluster dump complete\n--\n\n")
        // Long finished.
        utimes(
            made.root + "/data/postgres-dump/pg_dump_all.sql",
            [timeval(tv_sec: 1_529_323_200, tv_usec: 0), timeval(tv_sec: 1_529_323_200, tv_usec: 0)])
        let school = try school(made, saying: "Cannot connect to the Docker daemon")
        let staging = try school.openStaging(school.identity())
        try await collect(school, into: staging, "db", "postgres-dump")
        let taken = "the platform's own, of Mon Jun 18 17:30:00 IST 2018, was taken"
        let errors = try school.report(from: staging).errors
        #expect(errors.count == 1, "\(errors)")
        #expect(
            errors.first?.hasPrefix(
                "not collected: db; postgres-dump: \(taken): Docker's engine does not answer (") == true, "\(errors)")
        #expect(try school.status().errors == errors)
    }

    @Test("masks what the platform's settings call secret")
    func masked() async throws {
        let made = try MadeSchool()
        let school = try school(made, saying: "the engine said open-sesame to http://u:pw12345@h/")
        let staging = try school.openStaging(school.identity())
        try await collect(school, into: staging, "db")
        let errors = try school.report(from: staging).errors
        #expect(errors.count == 1 && errors.first?.contains("***") == true, "\(errors)")
        #expect(errors.first?.hasPrefix("not collected: db: Docker's engine does not answer (") == true, "\(errors)")
        #expect(!errors.joined().contains("open-sesame") && !errors.joined().contains("pw12345"))
    }

    @Test("has no word for a dataset that is switched off since")
    func switchedOff() async throws {
        let made = try MadeSchool()
        let first = try school(made)
        let staging = try first.openStaging(first.identity())
        try await collect(first, into: staging, "db")
        var settings = first.settings
        settings.datasets[.of("db")] = DatasetSettings(isEnabled: false)
        #expect(try School(settings, clock: clock).report(from: staging).errors.isEmpty)
    }
}
