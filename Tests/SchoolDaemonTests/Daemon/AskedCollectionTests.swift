import Collecting
import Dispatch
import LevelTree
import Settings
import TestSupport
import Testing

@testable import SchoolDaemon

@Suite("What a person has the daemon collect", .timeLimit(.minutes(10)))
struct AskedCollectionTests {
    private let log = RecordingLog()
    private let hand = HandClock(now: 1_800_000_000, bootID: "b1", bootSeconds: 1)
    private let logs = Dataset.of("gstudio-logs"), database = Dataset.of("db")

    @Test("is entered in the schedule and in the journal, as its own collections are")
    func entered() async throws {
        let made = try MadeSchool()
        try made.file("data/gstudio-logs/export.log", "a line\n")
        try made.file("data/db/WiredTiger", "live")
        var settings = made.settings
        settings.school.serverID = try ServerID("mz150")
        settings.source.docker = ["false"]
        settings.scripts = [.progress: RunSettings(isEnabled: false)]
        for dataset in Dataset.all {
            settings.datasets[dataset, default: DatasetSettings()].isEnabled = [logs, database].contains(dataset)
        }
        let school = try School(settings)
        try school.files.makeDirectory()
        let events = DaemonEvents(handlesSignals: false)
        let teller = events.teller
        let daemon = try Daemon(
            Daemon.Surroundings(
                settings: { [settings] in settings }, service: ServiceManager(watchdogInterval: nil) { _ in },
                log: log.logger, clock: hand.clock), events: events)
        // So early after the start, nothing is due yet.
        let running = Task { await daemon.run() }
        try await wait { log.of(.started).count == 1 }
        DispatchQueue.global().async { [logs, database] in
            guard let call = try? DaemonCall.begin(school.files) else { return }
            _ = try? call.ask(.collect([logs, database]), isVerbose: false, telling: Listener())
        }
        try await wait { JobRecords.load(from: school.files).count == 2 }
        let records = JobRecords.load(from: school.files)
        #expect(records[.collect(logs)]?.lastGood?.bootSeconds == 1)
        #expect(records[.collect(logs)]?.failures == 0)
        #expect(records[.collect(database)]?.lastGood == nil)
        #expect(records[.collect(database)]?.failures == 1)
        #expect(log.of(.collected).count == 1)
        #expect(log.of(.containerClosed).count == 1)
        teller.yield(.stop)
        await running.value
    }

    private func wait(until isSo: () -> Bool) async throws {
        while !isSo() { try await Task.sleep(for: .milliseconds(20)) }
    }
}
