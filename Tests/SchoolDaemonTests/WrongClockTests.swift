import Collecting
import Glibc
import LevelTree
import Settings
import Staging
import Terminal
import Testing

@testable import SchoolDaemon

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

    @Test("is told in heartbeat and status; once the skew is known, that is, and it is in the report")
    func told() async throws {
        let heartbeat = Dataset.of("system-heartbeat")
        func beat() async throws -> (text: String, staging: Staging) {
            let staging = try school.openStaging(school.identity())
            _ = try await school.collect([heartbeat], as: school.identity(), into: staging) { _ in }
            let newest = try #require(try staging.currentGenerations().last { $0.dataset == heartbeat })
            var texts: [String] = []
            let reader = try staging.contentReader(of: newest)
            try staging.forEachEntry(of: newest) { entry in
                var bytes: [UInt8] = []
                for index in entry.entry.chunks.indices { try reader.append(chunk: index, of: entry, to: &bytes) }
                texts.append(String(decoding: bytes, as: UTF8.self))
            }
            return (texts.last ?? "", staging)
        }
        _ = try await collect("one\n")
        hand.boot("b2", now: batteryless)
        let dark = try await beat()
        #expect(dark.text.contains("The clock of this server is not to be trusted"))
        var status = try school.status()
        #expect(status.summary.contains("the clock is wrong"))
        let doubt = "the clock says Sat Jan  1 05:30:00 IST 2000, and that is before this program"
        #expect(status.text.contains("clock    \(doubt)"))
        #expect(status.text.contains("held     1 collections, until it is known when they were made"))

        hand.pass(3600)
        try school.learn(storeSeconds: december + 86_400, at: hand.bootSeconds, dark.staging)
        let skew = december + 86_400 - batteryless - 3600
        let words = "\(DurationText.short(.seconds(skew))) behind the store's"
        #expect(try await beat().text.contains("The clock of this server is \(words), whose time this is."))
        status = try school.status()
        #expect(status.clock.skew == -skew && status.clock.held == 0)
        #expect(status.text.contains(", which is \(words): what is collected is dated by the store's"))
        #expect(status.summary.contains("the clock is wrong"))
        // The store compares it with its own when it comes.
        #expect(try school.report(from: dark.staging).clock == (batteryless + 3600) * 1000)

        hand.boot("b3", now: december + 2 * 86_400)
        let right = try await beat()
        #expect(!right.text.contains("The clock of this server"))
        status = try school.status()
        #expect(status.clock.warning == nil && status.clock.skew == nil && status.clock.isTrusted)
        #expect(!status.summary.contains("the clock is wrong"))
    }

    @Test("what is held is filed under no year that a file alone claims, with a time that somebody gave it")
    func forgedTime() async throws {
        // The kernel's clock cannot be moved, so this New Year is the next one.
        let now = Int64(time(nil))
        func yearAt(_ seconds: Int64) throws -> Year {
            try SchoolTimeZone.india.year(of: FileTime(seconds: seconds, nanoseconds: 0))
        }
        let year = try yearAt(now)
        var newYear = now
        while try yearAt(newYear) == year { newYear += 86_400 }
        hand.set(newYear - 20 * 86_400)
        _ = try await collect("one\n")
        hand.boot("b2", now: batteryless)
        try made.file("data/gstudio-logs/copied.log", "from a disk of next year\n")
        let forged = timespec(tv_sec: Int(newYear) + 5 * 86_400, tv_nsec: 0)
        try #require(utimensat(AT_FDCWD, "\(made.root)/data/gstudio-logs/copied.log", [forged, forged], 0) == 0)
        let held = try #require(try await collect("one\ntwo\n").heldGenerations().first)
        hand.boot("b3", now: newYear + 9 * 86_400)
        let staging = try await collect("one\ntwo\nthree\n")
        #expect(try staging.heldGenerations().isEmpty)
        #expect(try staging.generation(held.sequence)?.year == year)
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
