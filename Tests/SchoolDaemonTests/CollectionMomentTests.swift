import Collecting
import LevelTree
import Testing

@testable import SchoolDaemon

/// 2026-12-31 18:30:00 UTC, which is midnight of New Year 2027 in India.
private let newYearInIndia: Int64 = 1_798_741_800

@Suite("The moment of a collection")
struct CollectionMomentTests {
    private func moment(
        _ seconds: Int64, zone: SchoolTimeZone = .india, latestTrusted: Int64? = nil
    ) throws -> CollectionMoment {
        try CollectionMoment(
            now: FileTime(seconds: seconds, nanoseconds: 999_999_999), bootSeconds: 1, zone: zone,
            latestTrusted: latestTrusted.map { FileTime(seconds: $0, nanoseconds: 0) })
    }

    @Test("belongs to the year of the school's wall clock, to the second")
    func year() throws {
        #expect(try moment(newYearInIndia - 1).year.number == 2026)
        #expect(try moment(newYearInIndia).year.number == 2027)
        #expect(try moment(newYearInIndia, zone: .utc).year.number == 2026)
        #expect(try moment(newYearInIndia + 19_799, zone: .utc).year.number == 2026)
        #expect(try moment(newYearInIndia + 19_800, zone: .utc).year.number == 2027)
    }

    @Test("is told to staging with its milliseconds and whether the clock is believed")
    func clock() throws {
        let clock = try moment(newYearInIndia).clock
        #expect(clock.startedMilliseconds == newYearInIndia * 1000 + 999)
        #expect(clock.bootSeconds == 1)
        #expect(clock.isTrusted)
    }

    @Test(
        "under a dead battery's clock is marked, and never filed under the year that it claims",
        arguments: [0, 946_684_800])
    func deadBattery(_ seconds: Int64) throws {
        let moment = try moment(seconds)
        #expect(moment.doubt == .beforeRelease)
        #expect(!moment.clock.isTrusted)
        #expect(moment.year.number == 2026)
        let warning = try #require(moment.warning(in: .india))
        #expect(warning.contains("before this program was made"))
        #expect(warning.contains("held, for 2026 as it seems"))
    }

    @Test("under a dead battery's clock is filed with the newest collection that was believed")
    func deadBatteryLater() throws {
        #expect(try moment(0, latestTrusted: newYearInIndia + 5).year.number == 2027)
        #expect(try moment(0, latestTrusted: newYearInIndia - 5).year.number == 2026)
    }

    @Test("before an earlier collection is believed for a repaired zone, not for a lost battery")
    func wentBack() throws {
        let later = newYearInIndia + 10 * 86_400
        #expect(try moment(later - 19_800, latestTrusted: later).doubt == nil)
        #expect(try moment(later - 2 * 86_400, latestTrusted: later).doubt == nil)
        let lost = try moment(later - 2 * 86_400 - 1, latestTrusted: later)
        #expect(lost.doubt == .wentBack(from: FileTime(seconds: later, nanoseconds: 0)))
        #expect(lost.warning(in: .india)?.contains("at the last collection") == true)
    }

    @Test("far in the future is not believed")
    func future() throws {
        #expect(try moment(4_102_444_800).doubt == .farFuture)  // 2100
        #expect(try moment(newYearInIndia).warning(in: .india) == nil)
    }
}
