import Collecting
import LevelTree
import Settings
import Testing

@testable import SchoolDaemon
@testable import Staging

@Suite("A job of the daemon")
struct PerformTests {
    private static let folder = "gstudio-exported-users-analytics-csvs"
    private static let making = "mkdir -p \"$data/\(folder)\" && echo row >\"$data/\(folder)/mz150-unit.csv\""
    private static let cron = "05 * * * * /home/docker/code/scripts/analytics.sh"

    /// A schedule of this one job, that begins it and is told how it ended.
    private func done(
        _ job: Job, _ school: School, _ schedule: inout Schedule, at bootSeconds: Double
    ) async throws -> JobResult {
        let reading = ClockReading.made(bootSeconds: bootSeconds, seconds: 1_800_000_000 + Int64(bootSeconds))
        #expect(schedule.due(reading) == [job])
        schedule.begin(job, reading)
        let result = await school.perform(job)
        schedule.end(job, result.ending, reading)
        return result
    }

    @Test("that needs the crontab of a container which is not up yet is not done, and runs at its next try")
    func containerNotUp() async throws {
        let made = try ScriptSchool(Self.making)
        let school = try made.school()
        let progress = Job.run(.progress)
        var schedule = Schedule(
            [JobRule(progress, .daily, afterBoot: 0, rank: 0)], records: [:], zone: .india)
        try made.stopContainer()
        let early = try await done(progress, school, &schedule, at: 200)
        #expect(early.ending == .early)
        #expect(early.trouble == nil)
        #expect(schedule.records[progress]?.lastGood == nil)
        made.startContainer()
        let result = try await done(progress, school, &schedule, at: 600)
        #expect(result.ending == .done)
        #expect(result.hasNews)
        #expect(result.news?.generation.files == 1)
        #expect(schedule.records[progress]?.lastGood != nil)
    }

    @Test(
        "of the users, on the first days, is tried again soon where the container is not up yet, and then whole",
        arguments: [false, true])
    func usersWithoutContainer(hasFolder: Bool) async throws {
        let made = try ScriptSchool(
            "case \"$*\" in *pg_dumpall*) echo '-- PostgreSQL database cluster dump complete' ;; esac")
        if hasFolder { try made.made.file("data/postgres-dump/older.sql", "older") }
        let school = try made.school()
        let users = Job.collect(.of("postgres-dump"))
        var schedule = Schedule([JobRule(users, .daily, afterBoot: 0, rank: 0)], records: [:], zone: .india)
        try made.stopContainer()
        let early = try await done(users, school, &schedule, at: 200)
        #expect(early.ending == .failed)
        #expect(early.hasNews == hasFolder)
        #expect(early.trouble?.cause?.subject == (hasFolder ? .container : nil))
        #expect(schedule.due(.made(bootSeconds: 499, seconds: 1_800_000_499)).isEmpty)
        made.startContainer()
        let whole = try await done(users, school, &schedule, at: 500)
        #expect(whole.ending == .done)
        #expect(whole.news?.generation.outcome == .complete)
        #expect(schedule.due(.made(bootSeconds: 900, seconds: 1_800_000_900)).isEmpty)
        let staging = try school.openStaging(school.identity())
        #expect(try staging.pendingGenerations().map(\.outcome) == [.complete])
    }

    @Test("of the users that nothing can dump on this machine is done for today")
    func usersWithoutDocker() async throws {
        let made = try ScriptSchool("")
        try made.made.file("data/postgres-dump/older.sql", "older")
        var settings = made.settings
        settings.source.docker = ["/nonexistent/docker"]
        let result = try await School(settings).perform(.collect(.of("postgres-dump")))
        #expect(result.ending == .done && result.hasNews)
        #expect(result.trouble != nil)
    }

    @Test("that the platform's own cron does is done for today, and made by us only where a person says so")
    func platformCron() async throws {
        func made(_ own: RunSettings) async throws -> Bool {
            let school = try ScriptSchool(Self.making, crontab: Self.cron, scripts: [.progress: own])
            let result = try await school.school().perform(.run(.progress))
            #expect(result.ending == (result.hasNews ? .done : .notNeeded), "\(result)")
            return result.hasNews
        }
        #expect(try await !made(RunSettings()))
        #expect(try await !made(RunSettings(schedule: .daily)))
        #expect(try await made(RunSettings(isEnabled: true)))
    }

    @Test("that runs a failing script has what it said, as long as it says the same")
    func failingScript() async throws {
        let made = try ScriptSchool("echo 'IOError: no space' >&2; exit 3")
        let result = try await made.school().perform(.run(.progress))
        #expect(result.ending == .failed)
        let trouble = try #require(result.trouble)
        #expect(trouble.sentence.hasPrefix("run.progress: export_users_analytics"))
        #expect(trouble.details == ["IOError: no space"])
        #expect(trouble.topic.hasSuffix("\nIOError: no space"))
        #expect(trouble.cause == nil)
    }

    @Test("that a script is running for already, or that a person's collection is in the way of, is only too early")
    func busy() async throws {
        let made = try ScriptSchool(Self.making)
        let school = try made.school()
        let lock = try SoleLock.script(in: school.files)
        defer { withExtendedLifetime(lock) {} }
        let script = await school.perform(.run(.progress))
        #expect(script.ending == .early)
        let staging = try made.school().openStaging(school.identity())
        defer { withExtendedLifetime(staging) {} }
        let collection = await school.perform(.collect(.of("gstudio-logs")))
        #expect(collection.ending == .early)
        #expect(collection.trouble == nil)
    }

    @Test("that a stopped container stands in the way of names all that it stands in the way of")
    func stoppedContainer() async throws {
        let made = try ScriptSchool(Self.making)
        let school = try made.school()
        try made.made.file("data/db/WiredTiger", "live")
        try made.stopContainer()
        let database = await school.perform(.collect(.of("db")))
        let cause = try #require(database.trouble?.cause)
        #expect(cause.subject == .container)
        #expect(cause.sentence.hasPrefix("without the container nothing new of db, postgres-dump"))
        #expect(cause.sentence.hasSuffix("the container gstudio is stopped; start it: docker start gstudio"))
        #expect(cause.jobs.isSuperset(of: [.collect(.of("db")), .collect(.of("postgres-dump")), .run(.progress)]))
    }

    @Test("that an engine which does not answer stands in the way of has the same cause, whatever that says each time")
    func engineAway() async throws {
        let made = try ScriptSchool(Self.making)
        try made.made.file("data/db/WiredTiger", "live")
        var settings = made.settings
        settings.source.docker = ["sh", "-c", "echo \"try $$ of the socket failed\" >&2; exit 1"]
        let school = try School(settings)
        let (first, second) = (
            await school.perform(.collect(.of("db"))), await school.perform(.collect(.of("db")))
        )
        let cause = try #require(first.trouble?.cause)
        #expect(cause.subject == .container)
        #expect(cause.topic == second.trouble?.cause?.topic)
        #expect(cause.sentence != second.trouble?.cause?.sentence)
        #expect(cause.sentence.contains("nothing new of db, postgres-dump"))
    }

    @Test("of a school that nobody can tell who it is stops with the same cause as all the others")
    func nobody() async throws {
        let school = try School(MadeSchool().settings)
        let media = await school.perform(.collect(.of("media")))
        let heartbeat = await school.perform(.collect(.of("system-heartbeat")))
        let cause = try #require(media.trouble?.cause)
        #expect(cause.subject == .school)
        #expect(cause.sentence.hasPrefix("nothing is collected: "))
        #expect(heartbeat.trouble?.cause == cause)
        #expect(cause.jobs.contains(.collect(.of("system-heartbeat"))))
    }

    @Test("of a large dataset waits where there is no room, with the same cause for all, and the small ones go on")
    func noRoom() async throws {
        let made = try MadeSchool()
        try made.file("data/rcs-repo/large.json,v", String(repeating: "text", count: 2 << 20))
        try made.file("data/gstudio-logs/export.log", "a line\n")
        func school(keepFree: UInt64) throws -> School {
            var settings = made.settings
            settings.school.serverID = try ServerID("mz150")
            settings.source.docker = ["false"]
            settings.staging.keepFree = keepFree
            return try School(settings)
        }
        let roomy = try school(keepFree: 0)
        let free = try roomy.openStaging(roomy.identity()).diskUse().free
        // More than half of this reserve is there.
        let narrow = try school(keepFree: free + free / 2)
        let repository = await narrow.perform(.collect(.of("rcs-repo")))
        let cause = try #require(repository.trouble?.cause)
        #expect(repository.ending == .failed && cause.subject == .disk)
        #expect(cause.sentence.hasPrefix("rcs-repo: failed: the disk of the staging directory has come to its reserve"))
        #expect(cause.sentence.hasSuffix(": large collections wait until there is room again; nothing was dropped"))
        for small in ["gstudio-logs", "system-heartbeat"] {
            #expect(await narrow.perform(.collect(.of(small))).hasNews, "\(small)")
        }
        #expect(try narrow.status().summary.contains("; no room: large collections wait; "))
        #expect(await roomy.perform(.collect(.of("rcs-repo"))).hasNews)
        #expect(try roomy.status().disk.collecting == .all)
    }

    @Test("under a clock that is not believed warns of the same, whatever the clock shows")
    func doubtedClock() async throws {
        let made = try MadeSchool()
        try made.file("data/gstudio-logs/export.log", "a line\n")
        var settings = made.settings
        settings.school.serverID = try ServerID("mz150")
        func warning(_ seconds: Int64) async throws -> CollectionWarning? {
            let clock = MachineClock(now: { FileTime(seconds: seconds, nanoseconds: 0) }, bootSeconds: { 1 })
            return await (try School(settings, clock: clock)).perform(.collect(.of("gstudio-logs"))).warnings?
                .first { $0.subject == .clock }
        }
        let (first, second) = (try await warning(1000), try await warning(1060))
        #expect(first?.topic == second?.topic)
        #expect(first?.sentence != second?.sentence)
    }
}
