import Collecting
import LevelTree
import Settings
import TestSupport
import Testing

@testable import SchoolDaemon
@testable import Staging
@testable import Uploading

@Suite("What the journal is told of uploads", .timeLimit(.minutes(1)))
struct UploadToldTests {
    private static let start: Int64 = 1_800_000_000
    private let log = RecordingLog()

    private func story() -> DaemonStory { DaemonStory(log.logger, .made(bootSeconds: 0, seconds: Self.start)) }

    private func report(_ entries: [UploadReport.Entry] = [], _ stopped: UploadError? = nil) -> UploadReport {
        var report = UploadReport()
        (report.entries, report.stopped) = (entries, stopped)
        return report
    }

    @Test("is what was committed when it is, and not again when the upload ends")
    func once() throws {
        var story = story()
        let entries = try ["system-heartbeat", "db"].map { try UploadReport.Entry.made($0) }
        for (number, entry) in entries.enumerated() {
            story.sent(entry, bootSeconds: 0)
            #expect(log.of(.uploaded).count == number + 1)
        }
        story.uploaded(report(entries, UploadError(.offline, "the link is gone")))
        #expect(log.lines.map(\.message) == [.uploaded, .uploaded, .offline])
        #expect(log.lines[1].fields["CLIX_DATASET"] == "db")
        #expect(log.lines[1].fields["CLIX_WIRE_BYTES"] == "2000")
    }

    @Test("has been told of each commit where the daemon ends in the middle of the upload")
    func ended() async throws {
        let school = try MadeSchool()
        var settings = school.settings
        for dataset in Dataset.all { settings.datasets[dataset, default: DatasetSettings()].isEnabled = false }
        let made = settings
        try School(made).files.makeDirectory()
        defer { withExtendedLifetime(school) {} }
        let events = DaemonEvents(handlesSignals: false)
        let teller = events.teller
        let daemon = try Daemon(
            Daemon.Surroundings(settings: { made }, service: ServiceManager { _ in }, log: log.logger), events: events)
        let running = Task { await daemon.run() }
        teller.yield(.sent(try .made("db")))
        teller.yield(.stop)
        await running.value
        #expect(log.of(.uploaded).first?.fields["CLIX_DATASET"] == "db")
    }

    @Test("is of a day with a link a handful of lines, and of each dataset but the heartbeat that it was sent")
    func day() throws {
        var story = story()
        for hour in 0..<48 { try upload(&story, at: hour) }
        #expect(log.of(.uploaded).count == 3, "48 heartbeats")
        #expect(log.lines.count == 3)
        for hour in 48..<72 {
            try upload(&story, ["system-heartbeat"] + (hour == 60 ? ["nginx-logs", "gstudio-logs"] : []), at: hour)
        }
        #expect(log.lines.count == 6)
        #expect(log.of(.uploaded).map { $0.fields["CLIX_DATASET"] }.suffix(2) == ["nginx-logs", "gstudio-logs"])
    }

    @Test("has each outage's beginning and end, also where it ends with a heartbeat, and each failure's")
    func outage() throws {
        var story = story()
        try upload(&story, at: 0)
        for hour in 1..<5 { story.uploaded(report([], UploadError(.offline, "no answer after \(hour) ms"))) }
        try upload(&story, at: 5)
        try upload(&story, at: 6)
        #expect(log.lines.map(\.message) == [.uploaded, .offline, .uploaded])
        story.uploaded(report([], UploadError(.offline, "no answer")))
        story.uploaded(report())
        story.uploaded(report())
        #expect(log.lines.map(\.message).suffix(2) == [.offline, .throughAgain])
        #expect(log.lines.allSatisfy { $0.level <= .info })
        let refused = UploadError(.rejected, "it is refused")
        for _ in 0..<3 { story.sent(try .made("system-heartbeat", .failed(refused)), bootSeconds: 7 * 3600) }
        try upload(&story, at: 8)
        #expect(log.lines.map(\.message).suffix(2) == [.notUploaded, .uploaded])
    }

    private func upload(_ story: inout DaemonStory, _ datasets: [String] = ["system-heartbeat"], at hour: Int) throws {
        let entries = try datasets.map { try UploadReport.Entry.made($0) }
        for entry in entries { story.sent(entry, bootSeconds: Double(hour) * 3600) }
        story.uploaded(report(entries))
    }

    @Test("is in systemctl status how far the one that goes on is")
    func howFar() throws {
        var story = story()
        story.uploaded(report([], UploadError(.offline, "no answer")))
        let sending = "2027-01-15 13:30, 4.2 GB of 17.0 GB done, db received last"
        #expect(
            story.status(working: ["collecting db", "uploading"], next: nil, sending: sending)
                == "collecting db; uploading since \(sending)")
    }
}
