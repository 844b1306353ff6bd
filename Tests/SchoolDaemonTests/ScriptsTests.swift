import Collecting
import Glibc
import LevelTree
import Settings
import Synchronization
import Terminal
import Testing

@testable import SchoolDaemon
@testable import Staging

/// A school whose docker command is a shell script of the test's.
struct ScriptSchool {
    let made: MadeSchool
    let settings: CollectdSettings

    /// - Parameters:
    ///   - script: what is done for `docker exec` of anything else than `crontab -l`; `$data` is the platform's folder.
    ///   - crontab: what the container's has.
    init(_ script: String, crontab: String = "", scripts: [DerivedScript: RunSettings] = [:]) throws {
        made = try MadeSchool()
        try made.file("data/server_settings.py", "GSTUDIO_INSTITUTE_ID ='mz150'\n")
        try made.file(
            "docker",
            """
            data='\(made.root)/data'
            if [ -e '\(made.root)/stopped' ]; then
                case "$1" in
                inspect) echo false false false; exit 0 ;;
                *) echo 'Error response from daemon: container is not running' >&2; exit 1 ;;
                esac
            fi
            case "$1 $*" in
            inspect*) echo true false false ;;
            top*) printf 'PID COMMAND\\n1 sleep infinity\\n' ;;
            *'crontab -l') echo '\(crontab)' ;;
            *)
            \(script)
            ;;
            esac
            """)
        var settings = made.settings
        settings.source.docker = ["sh", made.root + "/docker"]
        settings.scripts = scripts
        self.settings = settings
    }

    func stopContainer() throws { try made.file("stopped", "") }
    func startContainer() { unlink(made.root + "/stopped") }

    /// In the minute of the hour, by the clock of India.
    func school(minute: Int64 = 40) throws -> School {
        let clock = MachineClock(
            now: { FileTime(seconds: 1_800_000_000 + 1800 + minute * 60, nanoseconds: 0) }, bootSeconds: { 1 })
        return try School(settings, clock: clock)
    }

    /// What a run came to, and what was said.
    func run(_ script: DerivedScript, minute: Int64 = 40) async throws -> (report: CollectionReport, said: [String]) {
        let said = Said()
        let report = try await school(minute: minute).runScript(script) { event in
            switch event {
            case .warned(let sentence), .began(let sentence), .ended(let sentence): said.add(sentence)
            case .collecting: break
            }
        }
        return (report, said.all)
    }
}

private final class Said: Sendable {
    private let sentences = Mutex<[String]>([])
    func add(_ sentence: String) { sentences.withLock { $0.append(sentence) } }
    var all: [String] { sentences.withLock { $0 } }
}

@Suite("The platform's scripts, at a school")
struct ScriptsTests {
    private static let folder = "gstudio-exported-users-analytics-csvs"
    private static let making = "mkdir -p \"$data/\(folder)\" && echo row >\"$data/\(folder)/mz150-unit.csv\""
    private static let cron = "05 * * * * /home/docker/code/scripts/analytics.sh"

    @Test("are run, and what they have made just now is collected at once")
    func collects() async throws {
        let school = try ScriptSchool(Self.making)
        let (report, said) = try await school.run(.progress)
        #expect(report.exitStatus == .ok)
        #expect(report.datasets.map(\.dataset.name) == [Self.folder])
        #expect(report.datasets.first?.generation?.files == 1)
        #expect(said.first == "running export_users_analytics in the container gstudio")
        #expect(said.last?.hasPrefix("export_users_analytics has made its progress tables") == true)
    }

    @Test("that fail end with 1, and those that cannot be run with 69")
    func failures() async throws {
        let failing = try ScriptSchool("echo 'IOError: no space' >&2; exit 3")
        let failed = try await #require(throws: ScriptProblem.self) { _ = try await failing.run(.progress) }
        #expect(ExitStatus(failure: failed) == .partial)
        #expect(FailureText.lines(of: failed).last == "  IOError: no space")
        var settings = failing.settings
        settings.source.docker = ["/nonexistent/docker"]
        let school = try School(settings)
        let missing = try await #require(throws: ScriptProblem.self) {
            _ = try await school.runScript(.progress) { _ in }
        }
        #expect(ExitStatus(failure: missing) == .unavailable)
    }

    @Test("are run one at a time, and end with 75 where one runs already")
    func oneAtATime() async throws {
        let school = try ScriptSchool(Self.making)
        let files = try school.school().files
        do {
            let lock = try SoleLock.script(in: files)
            defer { withExtendedLifetime(lock) {} }
            let busy = try await #require(throws: ScriptProblem.self) { _ = try await school.run(.assessments) }
            #expect(busy.code == .busy)
            #expect(ExitStatus(failure: busy) == .notNow)
        }
        #expect(try await school.run(.progress).report.exitStatus == .ok)
    }

    @Test("that ended well beside another collection leave what they made to the next one, and say so")
    func stagingBusy() async throws {
        let school = try ScriptSchool(Self.making)
        let staging = try school.school().openStaging(school.school().identity())
        defer { withExtendedLifetime(staging) {} }
        let busy = try await #require(throws: StagingError.self) { _ = try await school.run(.progress) }
        #expect(ExitStatus(failure: busy) == .notNow)
        #expect("\(busy)".hasPrefix("export_users_analytics has ended well; what it made is collected by the next"))
    }

    @Test("are run in the minutes of the platform's own jobs with a warning, where these do the same")
    func clash() async throws {
        let both = try ScriptSchool(Self.making, crontab: Self.cron)
        #expect(try await both.run(.progress, minute: 7).said.first?.contains("better wait until then") == true)
        #expect(try await both.run(.progress, minute: 25).said.count == 2)
        #expect(try await both.run(.assessments, minute: 7).said.count == 2)
        let alone = try ScriptSchool(Self.making)
        #expect(try await alone.run(.progress, minute: 7).said.count == 2)
    }

    @Test("are told by check: who makes what, and where two do the same")
    func check() async throws {
        func lines(crontab: String, _ progress: RunSettings?) async throws -> [String] {
            let school = try ScriptSchool(
                "exit 1", crontab: crontab, scripts: progress.map { [.progress: $0] } ?? [:])
            return await Check.run(try school.school(), configuration: "c").lines.map(\.text)
                .filter { $0.contains("script ") }
        }
        let cron = try await lines(crontab: Self.cron, nil)
        #expect(cron.count == 3)
        #expect(cron[0] == "ok       script progress: the platform's own cron makes progress tables")
        #expect(cron[2].hasPrefix("ok       script assessments: the platform's own cron makes no assessment data"))
        let both = try await lines(crontab: Self.cron, RunSettings(isEnabled: true))
        #expect(both[0].hasPrefix("warning  script progress: "))
        #expect(both[0].contains("[run.progress] is on as well; one of them is enough"))
        let service = try await lines(crontab: "", nil)
        #expect(
            service[0]
                == "ok       script progress: the platform's own cron makes no progress tables, so the service does")
        #expect(service[1].hasSuffix("clix-collectd run-script activity-timestamps"))
        let nobody = try await lines(crontab: "", RunSettings(isEnabled: false))
        #expect(nobody[0].hasPrefix("warning  script progress: "))
        #expect(nobody[0].hasSuffix("clix-collectd run-script progress"))
        let ours = try await lines(crontab: "", RunSettings(isEnabled: true))
        #expect(ours[0].hasPrefix("ok       script progress: "))
    }
}
