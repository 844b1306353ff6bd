import Collecting
import LevelTree
import Staging
import Testing

@testable import SchoolDaemon

/// 2027-01-01 00:00 in India.
private let newYear: Int64 = 1_798_741_800
private let day: Int64 = 86_400

@Suite("A held generation is filed")
struct HeldYearsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var what: String
        /// In days from New Year; nil where nothing is known.
        var earliest: Int64?
        var latest: Int64?
        var newestFile: Int64?
        var now: Int64
        var isSameBoot = false
        var year: Int
        var isCertain = false
        var testDescription: String { what }
    }

    static let table = [
        Row(what: "by the time of its own boot", earliest: -9, now: 3, isSameBoot: true, year: 2027, isCertain: true),
        Row(
            what: "by the time of its own boot, in the year before", earliest: -9, now: -3, isSameBoot: true,
            year: 2026,
            isCertain: true),
        Row(what: "between two collections of one year", earliest: 5, latest: 9, now: 30, year: 2027),
        Row(what: "between two collections of the year before", earliest: -9, latest: -5, now: 30, year: 2026),
        Row(what: "before now, where nothing came after it", earliest: 5, now: 30, year: 2027),
        Row(what: "over New Year as a file in it tells", earliest: -9, latest: 9, newestFile: 2, now: 9, year: 2027),
        Row(
            what: "over New Year under the year before, if none tells", earliest: -9, newestFile: -2, now: 9, year: 2026
        ),
        Row(what: "whatever a file of the future says", earliest: -9, newestFile: 90, now: 9, year: 2026),
        Row(what: "whatever a file of long ago says", earliest: 5, newestFile: -9000, now: 9, year: 2027),
        Row(what: "not after now, whatever was believed before", earliest: 900, now: -3, year: 2026),
        Row(what: "after the release, where nothing came before it", now: -3, year: 2026),
    ]

    private func time(_ days: Int64) -> FileTime { FileTime(seconds: newYear + days * day, nanoseconds: 0) }

    @Test(arguments: table)
    func year(row: Row) throws {
        let generation = Generation(
            sequence: 7, dataset: .of("system-heartbeat"),
            year: try Year(row.earliest.map { $0 >= 0 } == true ? 2027 : 2026),
            outcome: .complete, files: 1, bytes: 1, startedMilliseconds: 946_684_800_000,
            finishedMilliseconds: 946_684_801_000, isClockTrusted: false,
            held: HeldMoment(bootID: row.isSameBoot ? "now" : "then", bootSeconds: 100))
        let held = HeldYears.Held(
            generation: generation, earliest: row.earliest.map(time), latest: row.latest.map(time),
            newestFile: row.newestFile.map(time))
        let filing = try #require(
            try HeldYears.filing(
                held, known: HeldYears.Known(now: time(row.now), bootSeconds: 400, bootID: "now"), zone: .india))
        #expect(filing.sequence == 7 && filing.year.number == row.year && filing.isCertain == row.isCertain)
        let started = FileTime(milliseconds: filing.startedMilliseconds)
        #expect(try SchoolTimeZone.india.year(of: started) == filing.year)
        if row.isSameBoot { #expect(started == time(row.now) + -300) }
    }

    @Test("by the boot clock to the second of New Year's night")
    func midnight() throws {
        for (bootSeconds, year) in [(399.0, 2026), (400.0, 2027)] {
            let generation = Generation(
                sequence: 7, dataset: .of("system-heartbeat"), year: try Year(2026), outcome: .complete, files: 1,
                bytes: 1,
                startedMilliseconds: 0, finishedMilliseconds: 0, isClockTrusted: false,
                held: HeldMoment(bootID: "b", bootSeconds: bootSeconds))
            let known = HeldYears.Known(
                now: FileTime(seconds: newYear + 600, nanoseconds: 0), bootSeconds: 1000, bootID: "b")
            let filing = try HeldYears.filing(HeldYears.Held(generation: generation), known: known, zone: .india)
            #expect(filing?.year.number == year)
        }
    }
}

@Suite("The clock is judged")
struct ClockGuardTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var what: String
        var now: Int64
        var latestTrusted: Int64?
        var storeTime: Int64?
        var isBelieved: Bool
        var testDescription: String { what }
    }

    static let table = [
        Row(what: "believed when nothing speaks against it", now: newYear, isBelieved: true),
        Row(what: "not believed in the year 2000", now: 946_684_800, isBelieved: false),
        Row(what: "not believed in the year 2100", now: 4_102_444_800, isBelieved: false),
        Row(
            what: "not believed before an earlier collection", now: newYear, latestTrusted: newYear + 3 * day,
            isBelieved: false),
        Row(
            what: "believed as the store says the same, whatever was before", now: newYear,
            latestTrusted: newYear + 900 * day, storeTime: newYear + 60, isBelieved: true),
        Row(
            what: "not believed as the store says another day", now: newYear, storeTime: newYear + 3 * day,
            isBelieved: false),
        Row(
            what: "believed in another time zone than the store's", now: newYear, storeTime: newYear - 19_800,
            isBelieved: true),
    ]

    @Test(arguments: table)
    func doubt(row: Row) {
        func time(_ seconds: Int64) -> FileTime { FileTime(seconds: seconds, nanoseconds: 0) }
        let doubt = ClockGuard.doubt(
            time(row.now), latestTrusted: row.latestTrusted.map(time), storeTime: row.storeTime.map(time))
        #expect((doubt == nil) == row.isBelieved)
    }
}
