import Collecting
import Foundation
import LevelTree
import Settings
import Terminal
import Testing

@testable import SchoolDaemon
@testable import Staging

/// A made-up school on this machine's disk, removed at the end.
final class MadeSchool: Sendable {
    let root: String

    init() throws {
        var template = Array("/tmp/clix-school.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw MadeSchoolProblem(number: errno) }
        root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func folder(_ path: String) throws {
        var whole = root
        for part in path.split(separator: "/") {
            whole += "/" + part
            guard mkdir(whole, 0o755) == 0 || errno == EEXIST else { throw MadeSchoolProblem(number: errno) }
        }
    }

    func file(_ path: String, _ text: String) throws {
        if let slash = path.lastIndex(of: "/") { try folder(String(path[..<slash])) }
        guard let file = fopen(root + "/" + path, "w") else { throw MadeSchoolProblem(number: errno) }
        defer { fclose(file) }
        guard fputs(text, file) >= 0 else { throw MadeSchoolProblem(number: errno) }
    }

    /// Its settings, with everything below `root`.
    var settings: CollectdSettings {
        CollectdSettings(
            source: SourcePaths(
                data: root + "/data", code: root + "/code", assessmentStore: root + "/store",
                unplatform: root + "/unplatform",
                docker: ["sh", "-c", "echo true false false"]),
            staging: StagingSettings(directory: root + "/staging", budget: 1 << 30, keepFree: 0))
    }
}

struct MadeSchoolProblem: Error { let number: Int32 }

@Suite("A school")
struct SchoolTests {
    private let clock = MachineClock(now: { FileTime(seconds: 1_800_000_000, nanoseconds: 0) }, bootSeconds: { 1 })

    @Test("that let go of earlier states for want of room says so with the collection that needed it, and no more")
    func relieved() async throws {
        let made = try MadeSchool()
        try made.file("data/gstudio-logs/export.log", "a line\n")
        var settings = made.settings
        settings.school.serverID = try ServerID("mz150")
        let school = try School(settings, clock: clock)
        let staging = try school.openStaging(school.identity())
        func warnings() async throws -> [CollectionWarning] {
            try await school.collect([.of("gstudio-logs")], as: school.identity(), into: staging) { _ in }
                .warnings.filter { $0.subject == .room }
        }
        let (before, needingRoom) = (try await warnings(), [Dataset.of("media"), .of("db")])
        staging.relieved.withLock { $0 = Set(needingRoom) }
        let (then, after) = (try await warnings(), try await warnings())
        #expect(before.isEmpty && after.isEmpty)
        #expect(then == [CollectionWarning(relieved: needingRoom.sorted())])
    }

    @Test("that is checked hears of every fault, with what to do, and the worst decides the exit code")
    func check() async throws {
        let made = try MadeSchool()
        try made.file(
            "data/server_settings.py", "GSTUDIO_INSTITUTE_ID ='mz150'\nGSTUDIO_INSTITUTE_ID_SECONDARY='2039150'\n")
        try made.folder("data/media")
        try made.folder("staging")
        var settings = made.settings
        settings.datasets[.of("nginx-logs")] = DatasetSettings(isEnabled: false)
        let check = await Check.run(try School(settings, clock: clock), configuration: "/etc/c.toml")
        func line(_ subject: String) -> String? { check.lines.first { $0.subject == subject }?.text }
        #expect(line("configuration") == "ok       configuration: /etc/c.toml")
        #expect(line("school")?.hasPrefix("ok       school: mz150, code 2039150") == true)
        #expect(line("source media") == "ok       source media: \(made.root)/data/media")
        #expect(line("source rcs-repo")?.contains("not on this machine") == true)
        #expect(
            line("source db")?.hasPrefix("ok       source db: dumped in the container gstudio by mongodump") == true)
        #expect(line("source nginx-logs")?.contains("switched off") == true)
        #expect(line("container") == "ok       container: gstudio runs, and may be asked")
        #expect(line("staging")?.hasPrefix("ok       staging: ") == true)
        #expect(line("store")?.hasPrefix("TO DO    store: not enrolled") == true)
        #expect(check.exitStatus == .refused)
    }

    @Test("that is checked is left as it is: nothing is made in its staging directory, before and after a collection")
    func checkMakesNothing() async throws {
        let made = try MadeSchool()
        try made.file("data/gstudio-logs/export.log", "a line\n")
        try made.folder("staging")
        var settings = made.settings
        settings.school.serverID = try ServerID("mz150")
        func staged() throws -> [String] { try FileManager.default.subpathsOfDirectory(atPath: made.root + "/staging") }
        let school = try School(settings, clock: clock)
        let before = await Check.run(school, configuration: "c")
        #expect(before.lines.contains { $0.subject == "staging" && $0.level == .ok })
        #expect(try staged() == [])

        try await collectOnce(school)
        let after = try staged().sorted()
        #expect(after.contains("state/collectd.sqlite"))
        let check = await Check.run(school, configuration: "c")
        #expect(check.lines.contains { $0.subject == "staging" && $0.level == .ok })
        #expect(try staged().sorted() == after)
    }

    private func collectOnce(_ school: School) async throws {
        let staging = try school.openStaging(school.identity())
        _ = try await school.collect([.of("gstudio-logs")], as: school.identity(), into: staging) { _ in }
    }

    @Test("that has a name which would steer a terminal is shown with it made harmless")
    func harmfulName() throws {
        let made = try MadeSchool()
        var settings = made.settings
        settings.school.serverID = try ServerID("mz150")
        settings.school.schoolName = "A\u{1B}[2Jschool"
        let text = try School(settings, clock: clock).status().text
        #expect(text.contains("A\\x1B[2Jschool"))
        #expect(!text.contains("\u{1B}"))
    }

    @Test("that nobody set up, and whose disk is not mounted, is told so")
    func unconfigured() async throws {
        let made = try MadeSchool()
        var settings = made.settings
        settings.school.serverID = try ServerID("sp100")
        settings.school.schoolCode = try SchoolCode("00000000")
        let check = await Check.run(try School(settings, clock: clock), configuration: "c")
        let faults = check.lines.filter { $0.level == .fault }
        #expect(faults.map(\.subject) == ["school", "source", "store"])
        #expect(faults[1].sentence.hasPrefix("there is no \(made.root)/data"))
        #expect(check.exitStatus == .config)
        #expect(check.lines.contains { $0.subject == "staging" && $0.level == .warning })
    }

    @Test("without the container hears what it goes without, and the command that changes it, unless it wants neither")
    func container() async throws {
        var settings = try MadeSchool().settings
        settings.source.docker = [
            "sh", "-c", "echo 'permission denied while trying to connect to the Docker daemon' >&2; exit 1",
        ]
        func line() async throws -> Check.Line? {
            await Check.run(try School(settings, clock: clock), configuration: "c").lines
                .first { $0.subject == "container" }
        }
        let fault = try #require(try await line())
        #expect(fault.level == .fault)
        #expect(fault.sentence.hasPrefix("no db and no postgres-dump can be dumped: this user may not use Docker"))
        #expect(fault.sentence.hasSuffix(ContainerProblem.commandThatAllows))
        settings.datasets[.of("postgres-dump")] = DatasetSettings(isEnabled: false)
        #expect(try await line()?.sentence.hasPrefix("no db can be dumped") == true)
        settings.datasets[.of("db")] = DatasetSettings(isEnabled: false)
        #expect(try await line()?.level == .warning)
    }

    @Test("lists its sources with their size, what is left out, and what is switched off")
    func sources() async throws {
        let made = try MadeSchool()
        try made.file("data/nginx-logs/access.log", "0123456789")
        try made.file("data/nginx-logs/error.log", "0123456789")
        try made.file("data/nginx-logs/old/error.log", "0123456789")
        symlink("/etc/passwd", made.root + "/data/nginx-logs/link")
        var settings = made.settings
        settings.school.serverID = try ServerID("ct131")
        settings.datasets[.of("nginx-logs")] = DatasetSettings(
            isEnabled: false, exclude: ExcludePatterns(["error.log"]), priority: 1)
        let report = try await School(settings, clock: clock).sources(nil)
        let row = try #require(report.rows.first)
        #expect(row.source.dataset.name == "nginx-logs")
        #expect(row.source.survey?.files == 1)
        #expect(row.source.survey?.bytes == 10)
        #expect(row.source.places == ["\(made.root)/data/nginx-logs"])
        #expect(
            row.notes == [
                "switched off under [collect]", "left out by exclude: error.log",
                "left out: link: is a symlink; symlinks are not followed",
            ])
        #expect(report.rows.count == Dataset.all.count)
        #expect(report.exitStatus == .ok)
    }

    @Test("keeps its own user when nobody else owns the state directory")
    func owner() throws {
        #expect(try StateOwner.become(ownerOf: "/nonexistent") == .none)
        #expect(try StateOwner.become(ownerOf: "/") == .none)
    }

    @Test("shows times with the offset of its zone")
    func times() {
        #expect(SchoolTimeZone.india.isoText(milliseconds: 1_534_413_600_000) == "2018-08-16T15:30:00+05:30")
        #expect(SchoolTimeZone.utc.isoText(milliseconds: -1) == "1969-12-31T23:59:59+00:00")
    }
}
