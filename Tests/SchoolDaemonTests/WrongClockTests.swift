import Collecting
import LevelTree
import Settings
import Staging
import Synchronization
import Testing

@testable import SchoolDaemon

/// The clocks of a machine, moved by hand.
private final class HandClock: Sendable {
    private struct State {
        var now: Int64, boot: Double, bootID: String
    }
    private let state: Mutex<State>

    init(now: Int64, bootID: String) { state = Mutex(State(now: now, boot: 100, bootID: bootID)) }

    func pass(_ seconds: Int64) {
        state.withLock {
            $0.now += seconds
            $0.boot += Double(seconds)
        }
    }

    func set(_ now: Int64) { state.withLock { $0.now = now } }

    func boot(_ bootID: String, now: Int64) { state.withLock { $0 = State(now: now, boot: 100, bootID: bootID) } }

    var bootSeconds: Double { state.withLock { $0.boot } }

    var clock: MachineClock {
        MachineClock(
            now: { FileTime(seconds: self.state.withLock { $0.now }, nanoseconds: 0) },
            bootSeconds: { self.state.withLock { $0.boot } }, bootID: { self.state.withLock { $0.bootID } })
    }
}

@Suite("Under a clock that is wrong")
struct WrongClockTests {
    private let made: MadeSchool
    private let hand: HandClock
    private let school: School
    /// 2026-12-20 in India; 2000-01-01.
    private let december: Int64 = 1_797_750_000, batteryless: Int64 = 946_684_800
    private let dataset = Dataset.of("gstudio-logs")

    init() throws {
        made = try MadeSchool()
        try made.file("data/gstudio-logs/export.log", "a line\n")
        var settings = made.settings
        settings.school.serverID = try ServerID("mz150")
        hand = HandClock(now: december, bootID: "b1")
        school = try School(settings, clock: hand.clock)
    }

    private func collect(_ line: String) async throws -> Staging {
        try made.file("data/gstudio-logs/export.log", line)
        let staging = try school.openStaging(school.identity())
        _ = try await school.collect([dataset], as: school.identity(), into: staging) { _ in }
        return staging
    }

    private func years(_ staging: Staging) throws -> [Int] { try staging.currentGenerations().map(\.year.number) }

    @Test("what is collected is held, and the store's time files it under its year, with its time")
    func storeTells() async throws {
        _ = try await collect("one\n")
        hand.boot("b2", now: batteryless)
        let staging = try await collect("one\ntwo\n")
        #expect(try staging.heldGenerations().count == 1)
        #expect(try staging.pendingGenerations().map(\.year.number) == [2026])
        #expect(try school.status().clock.held == 1)
        #expect(try school.status().clock.warning?.contains("held, for 2026 as it seems") == true)

        hand.pass(600)
        let february = december + 50 * 86_400
        try school.learn(storeSeconds: february, at: hand.bootSeconds, staging)
        #expect(try staging.heldGenerations().isEmpty)
        #expect(try years(staging) == [2026, 2027])
        let filed = try #require(try staging.pendingGenerations().last)
        #expect(filed.startedMilliseconds == (february - 600) * 1000 && filed.isClockTrusted)

        // From then on the boot clock carries the store's time.
        hand.pass(60)
        let status = try school.status().clock
        #expect(status.skew == batteryless - (february - 600) && !status.isTrusted && status.held == 0)
        #expect(status.warning?.contains("behind the store's") == true)
        _ = try await collect("one\ntwo\nthree\n")
        let next = try #require(try staging.pendingGenerations().last)
        #expect(next.startedMilliseconds == (february + 60) * 1000 && next.year.number == 2027 && next.held == nil)
    }

    @Test(
        "each boot's heartbeat is kept though both began at the same wrong second, and is named by its time once that is known"
    )
    func heartbeats() async throws {
        let heartbeat = Dataset.of("system-heartbeat")
        func beat() async throws -> Staging {
            let staging = try school.openStaging(school.identity())
            _ = try await school.collect([heartbeat], as: school.identity(), into: staging) { _ in }
            return staging
        }
        func names(_ staging: Staging) throws -> [String] {
            var names: [String] = []
            let newest = try #require(try staging.currentGenerations().last { $0.dataset == heartbeat })
            try staging.forEachEntry(of: newest) { names.append(String(decoding: $0.entry.path.bytes, as: UTF8.self)) }
            return names
        }
        _ = try await collect("a line of the year\n")
        for boot in ["b2", "b3"] {
            hand.boot(boot, now: batteryless)
            let staging = try await beat()
            #expect(try names(staging).last == "system-heartbeat-20000101-053000-held-\(boot)-100.log")
        }
        let staging = try school.openStaging(school.identity())
        #expect(try names(staging).count == 2)
        hand.pass(50)
        try school.learn(storeSeconds: december + 86_400, at: hand.bootSeconds, staging)
        #expect(
            try names(staging) == [
                "system-heartbeat-20000101-053000-held-b2-100.log", "system-heartbeat-20261221-122910.log",
            ])
        #expect(try staging.heldGenerations().isEmpty)
    }

    @Test("a clock that is set in the same boot files what was held, before anything else is collected")
    func clockIsSet() async throws {
        hand.boot("b2", now: batteryless)
        _ = try await collect("one\n")
        hand.pass(600)
        hand.set(december + 50 * 86_400)
        let staging = try await collect("one\ntwo\n")
        #expect(try staging.heldGenerations().isEmpty)
        #expect(try years(staging) == [2027])
    }

    @Test("what was held when the power went is filed by what was before and after it")
    func powerCut() async throws {
        _ = try await collect("one\n")
        hand.boot("b2", now: batteryless)
        _ = try await collect("one\ntwo\n")
        hand.boot("b3", now: december + 3 * 86_400)
        let staging = try await collect("one\ntwo\nthree\n")
        #expect(try staging.heldGenerations().isEmpty)
        #expect(try years(staging) == [2026])
    }

    @Test("what the store said in an earlier boot is no help")
    func otherBoot() async throws {
        let staging = try await collect("one\n")
        try school.learn(storeSeconds: december, at: hand.bootSeconds, staging)
        hand.boot("b2", now: batteryless)
        #expect(try school.status().clock.skew == nil)
        #expect(try school.status().clock.isTrusted == false)
    }

    @Test(
        "a time of the store that cannot be is no help, and harms nothing",
        arguments: [.max, .min, 0, 253_402_300_800])
    func impossible(seconds: Int64) async throws {
        hand.boot("b2", now: batteryless)
        let staging = try await collect("one\n")
        try school.learn(storeSeconds: seconds, at: hand.bootSeconds, staging)
        hand.pass(60)
        #expect(try school.status().clock.skew == nil)
        _ = try await collect("one\ntwo\n")
        #expect(try staging.heldGenerations().count == 1)
    }
}
