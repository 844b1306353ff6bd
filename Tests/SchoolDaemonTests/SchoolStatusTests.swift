import Collecting
import LevelTree
import Settings
import Testing
import Wire

@testable import SchoolDaemon
@testable import Staging
@testable import Uploading

@Suite("status")
struct SchoolStatusTests {
    private static let noon: Int64 = 1_800_000_000
    private let made: MadeSchool

    init() throws {
        made = try MadeSchool()
        try made.file("data/gstudio-logs/export.log", "a line\n")
    }

    private func school(at seconds: Int64 = noon, keepFree: UInt64? = nil) throws -> School {
        var settings = made.settings
        settings.staging.keepFree = keepFree ?? settings.staging.keepFree
        settings.school.serverID = try ServerID("mz150")
        settings.source.docker = ["false"]
        let clock = MachineClock(
            now: { FileTime(seconds: seconds, nanoseconds: 0) }, bootSeconds: { Double(seconds - Self.noon) + 600 })
        return try School(settings, clock: clock)
    }

    private func collect(_ school: School, _ datasets: String...) async throws {
        let staging = try school.openStaging(school.identity())
        _ = try await school.collect(datasets.map { .of($0) }, as: school.identity(), into: staging) { _ in }
    }

    @Test("begins with one line of all: what is not whole, what waits, and that nobody need wait to switch off")
    func summary() async throws {
        let school = try school()
        #expect(
            try school.status().summary
                == "mz150; not enrolled; nothing is collected yet; nothing waits to be sent: safe to switch off")
        try made.file("data/db/WiredTiger", "live")
        try await collect(school, "gstudio-logs", "db")
        let status = try school.status()
        #expect(
            status.summary
                == "mz150; not enrolled; 1 of 2 datasets whole, not db; 1 dataset waits to be sent (7 bytes), now or the next "
                + "time: safe to switch off")
        #expect(status.text.hasPrefix(status.summary + "\n\nDATASET "))
        #expect(try status.json.contains(#""summary":"mz150; not enrolled"#))
    }

    @Test("says that there is no room, and what waits for it")
    func disk() throws {
        let before = try school()
        let free = try before.openStaging(before.identity()).diskUse().free
        for (keepFree, stopped) in [
            (free + free / 2, "large collections wait"), (free * 3, "collecting has stopped"),
        ] {
            let status = try school(keepFree: keepFree).status()
            #expect(status.summary.hasPrefix("mz150; not enrolled; no room: \(stopped); "))
            #expect(status.text.contains("kept free; \(stopped) until there is room\n"))
            #expect(status.disk.isAboveHighWater)
        }
        #expect(try school(keepFree: 0).status().disk.collecting == .all)
        #expect(try school(keepFree: 0).status().json.contains(#""collecting":"all""#))
    }

    @Test("names what the last upload ran into, and when one got through last")
    func link() throws {
        let school = try school()
        _ = try school.openStaging(school.identity())
        #expect(try school.status().text.contains("link     no upload was tried yet\n"))
        func upload(_ stopped: UploadError?, at seconds: Int64) {
            var report = UploadReport()
            report.stopped = stopped
            LastUpload.note(report, at: seconds * 1000, in: school.files)
        }
        let offline = UploadError(.offline, "there is no way to the store")
        upload(offline, at: Self.noon - 7200)
        #expect(
            try school.status().text.contains(
                "link     no upload got through yet; the last upload, 2027-01-15 11:30: there is no way to the store\n"
            ))
        upload(nil, at: Self.noon - 3600)
        #expect(try school.status().text.contains("link     the last upload got through, 2027-01-15 12:30\n"))
        #expect(try !school.status().summary.contains("upload"))
        upload(offline, at: Self.noon)
        upload(offline, at: Self.noon + 60)
        upload(UploadError(.stopped, "a person stopped it"), at: Self.noon)
        let status = try school.status()
        #expect(
            status.link
                == SchoolStatus.Link(
                    tried: "2027-01-15T13:30:00+05:30", gotThrough: "2027-01-15T12:30:00+05:30",
                    problem: offline.message))
        #expect(status.summary.contains("the last upload did not get through"))
    }

    @Test("says of an upload that goes on since when, how far, and what came last, not what one before it met")
    func underWay() async throws {
        let school = try school()
        try await collect(school, "gstudio-logs")
        var report = UploadReport()
        report.stopped = UploadError(.offline, "there is no way to the store")
        LastUpload.note(report, at: (Self.noon - 7200) * 1000, in: school.files)
        let note = UploadNote(in: school.files, clock: school.clock)
        #expect(try school.status().upload.underWay == nil)
        note.begin()
        let begun = try school.status().summary
        #expect(begun.contains("; an upload is under way since 2027-01-15 13:30; 1 dataset waits"))
        note.note(.progress(dataset: .of("media"), done: 0, total: 17_000_000_000, wire: WireBytes()))
        note.note(.ended(try .made("db")))
        note.note(.progress(dataset: .of("media"), done: 4_200_000_000, total: 17_000_000_000, wire: WireBytes()))
        #expect(UploadUnderWay.load(from: school.files)?.done == 0, "written now and then")
        try acknowledge(school)
        note.note(.ended(try .made("gstudio-logs")))
        let status = try school.status()
        let far = "2027-01-15 13:30, 4.2 GB of 17.0 GB done"
        let last = "the store received gstudio-logs last, 2027-01-15 13:20"
        #expect(status.summary.contains("; an upload is under way since \(far), \(last); nothing waits"))
        #expect(!status.summary.contains("did not get through"))
        #expect(status.text.contains("link     an upload is under way since \(far); \(last)\n"))
        let json = #""under_way":{"committed":"gstudio-logs","done_bytes":4200000000,"since":"2027-01-15T13:30:00"#
        #expect(try status.json.contains(json))
        #expect(
            UploadUnderWay.load(from: school.files)?.clauses(in: school.zone) == "\(far), gstudio-logs received last")
        note.end()
        let after = try school.status()
        #expect(after.upload.underWay == nil)
        #expect(after.summary.contains("; the last upload did not get through, \(last); "))
        let link = "link     no upload got through yet; \(last); the last upload, 2027-01-15 11:30: there"
        #expect(after.text.contains(link))
    }

    /// As if the store had answered ten minutes ago.
    private func acknowledge(_ school: School) throws {
        let staging = try school.openStaging(school.identity())
        for generation in try staging.pendingGenerations() {
            try staging.acknowledge(.made(generation, received: (Self.noon - 600) * 1000))
        }
    }

    @Test("takes no upload for going on whose process is gone")
    func killed() throws {
        let school = try school()
        try school.files.makeDirectory()
        do {
            let note = UploadNote(in: school.files, clock: school.clock)
            note.begin()
            #expect(UploadUnderWay.load(from: school.files) != nil)
        }
        #expect(UploadUnderWay.load(from: school.files) == nil)
        let next = UploadNote(in: school.files, clock: school.clock)
        next.note(.progress(dataset: .of("media"), done: 1, total: 2, wire: WireBytes()))
        #expect(UploadUnderWay.load(from: school.files)?.total == 2)
    }

    @Test("tells what comes next, by the schedule and what the service has kept of each job's past")
    func next() throws {
        let school = try school()
        var schedule = Schedule(school.jobRules, records: [:], zone: school.zone)
        let reading = ClockReading(
            bootID: MachineClock.thisBoot, bootSeconds: 600, now: FileTime(seconds: Self.noon, nanoseconds: 0),
            isTrusted: true)
        for job in schedule.jobs where job.name != "collect.media" { schedule.end(job, .done, reading) }
        #expect(JobRecords.save(schedule.records, to: school.files) == nil)
        let status = try school.status()
        let due = status.nextRuns.filter(\.isDue).map(\.job)
        #expect(due == ["collect.media"])
        #expect(status.nextRuns.map(\.at) == status.nextRuns.map(\.at).sorted())
        let heartbeat = try #require(status.nextRuns.first { $0.job == "collect.system-heartbeat" })
        #expect(heartbeat.at.hasPrefix("2027-01-15T14:0"))
        #expect(status.text.contains("\nnext     due now: collect.media\n"))
        #expect(status.text.contains("\nnext     2027-01-15 14:0"))
        #expect(
            try status.json.contains(
                #""next_runs":[{"at":"2027-01-15T13:30:00+05:30","due":true,"job":"collect.media"}"#))
    }
}
