import Collecting
import Dispatch
import LevelTree
import Settings
import Synchronization
import Terminal
import TestSupport
import Testing

@testable import SchoolDaemon

/// What systemd is told.
private final class Notices: Sendable {
    private let kept = Mutex<[String]>([])
    var all: [String] { kept.withLock { $0 } }
    var alive: Int { all.count { $0 == "WATCHDOG=1" } }

    func manager(watchdog: Duration) -> ServiceManager {
        ServiceManager(watchdogInterval: watchdog) { notice in self.kept.withLock { $0.append(notice) } }
    }
}

@Suite("What a person asked the daemon for", .timeLimit(.minutes(10)))
struct StuckRequestTests {
    private let log = RecordingLog()
    private let notices = Notices()
    private let hand = HandClock(now: 1_800_000_000, bootID: "b1", bootSeconds: 1)

    private func wait(until isSo: () -> Bool) async throws {
        while !isSo() { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// A daemon that does nothing by itself, and a container in which nothing ever ends.
    private func school() throws -> (ScriptSchool, CollectdSettings) {
        let made = try ScriptSchool("touch \"$data/begun\"; exec sleep 300")
        var settings = made.settings
        settings.scripts = [.progress: RunSettings(isEnabled: false)]
        for dataset in Dataset.all { settings.datasets[dataset, default: DatasetSettings()].isEnabled = false }
        return (made, settings)
    }

    @Test("and that hangs beyond its own limit is named, and systemd hears nothing any more")
    func stuck() async throws {
        let (made, settings) = try school()
        let school = try School(settings)
        try school.files.makeDirectory()
        let events = DaemonEvents(handlesSignals: false)
        let teller = events.teller
        let daemon = try Daemon(
            Daemon.Surroundings(
                settings: { settings }, service: notices.manager(watchdog: .milliseconds(30)), log: log.logger,
                clock: hand.clock), events: events)
        let running = Task { await daemon.run() }
        try await wait { notices.alive > 0 }
        DispatchQueue.global().async {
            guard let call = try? DaemonCall.begin(school.files) else { return }
            _ = try? call.ask(.runScript(.progress, user: nil), isVerbose: false, telling: Listener())
        }
        try await wait { (try? SmallFile.read("\(made.made.root)/data/begun", limit: 1)) != nil }

        // Of the script, of the collection after it, and ten minutes: up to there, it may still end.
        hand.pass(45 * 60 + 2 * 3600 + 590)
        let before = notices.alive
        try await wait { notices.alive > before + 2 }
        #expect(log.of(.stuck).isEmpty)
        hand.pass(20)
        try await wait { !log.of(.stuck).isEmpty }
        let told = "carrying out run-script progress does not end, though its time is long over"
        #expect(log.of(.stuck).map(\.text) == [told])
        let (silent, count) = (notices.alive, notices.all.count)
        try await wait { notices.all.count > count + 3 }
        #expect(notices.alive == silent)
        teller.yield(.stop)
        await running.value
    }

    @Test("has the time of the longest of its steps, or of the store's patience")
    func limits() throws {
        var settings = try MadeSchool().settings.ofDaemon
        settings.datasets[.of("db"), default: DatasetSettings()].timeout = .seconds(3 * 3600)
        settings.datasets[.of("media"), default: DatasetSettings()].timeout = .seconds(60)
        let school = try School(settings)
        func limit(_ request: SchoolRequest) -> Double? { school.limit(of: request)?.rounded() }
        #expect(limit(.collect([.of("media")])) == 60)
        #expect(limit(.collect([.of("media"), .of("db")])) == 10_800.0)
        #expect(limit(.collect(nil)) == 10_800.0)
        #expect(limit(.runScript(.progress, user: nil)) == 9900.0)
        #expect(limit(.upload(nil)) == nil)
    }

    @Test("and that gets on from dataset to dataset has the whole time for each")
    func getsOn() async throws {
        let made = try MadeSchool()
        try made.file("data/gstudio-logs/export.log", "a line\n")
        var settings = made.settings
        settings.school.serverID = try ServerID("mz150")
        let watch = WorkWatch(allowing: 100, bootSeconds: hand.clock.bootSeconds)
        let school = try School(settings, clock: hand.clock).watched(by: watch)
        hand.pass(99)
        let staging = try school.openStaging(school.identity())
        _ = try await school.collect([.of("gstudio-logs")], as: school.identity(), into: staging) { [hand] event in
            if case .ended = event { hand.pass(99) }
        }
        #expect(!watch.isOver)
    }
}
