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
        /// In days from New Year: the ends of collections before it, the starts of those after it, and when its files were
        /// changed.
        var before: [Int64] = []
        var after: [Int64] = []
        var files: [Int64] = []
        var now: Int64
        var isSameBoot = false
        var year: Int
        var isCertain = false
        var testDescription: String { what }
    }

    static let table = [
        Row(what: "by the time of its own boot", before: [-9], now: 3, isSameBoot: true, year: 2027, isCertain: true),
        Row(
            what: "by the time of its own boot, in the year before", before: [-9], now: -3, isSameBoot: true,
            year: 2026, isCertain: true),
        Row(what: "between two collections of one year", before: [5], after: [9], now: 30, year: 2027),
        Row(what: "between two collections of the year before", before: [-9], after: [-5], now: 30, year: 2026),
        Row(what: "between the nearest two", before: [-90, -9], after: [-5, 9], now: 30, year: 2026),
        Row(what: "before now, where nothing came after it", before: [5], now: 30, year: 2027),
        Row(what: "over New Year as a file in it tells", before: [-9], after: [9], files: [2], now: 9, year: 2027),
        Row(
            what: "over New Year as the newest file tells that can be true", before: [-9], after: [9],
            files: [2, 20, 4000], now: 30, year: 2027),
        Row(what: "over New Year under the year before, if none tells", before: [-9], files: [-2], now: 9, year: 2026),
        Row(what: "whatever a file of the future says", before: [-9], files: [90], now: 9, year: 2026),
        Row(
            what: "whatever a file says that is newer than the next collection", before: [-9], after: [-5], files: [2],
            now: 30, year: 2026),
        Row(what: "whatever a file of long ago says", before: [5], files: [-9000], now: 9, year: 2027),
        Row(what: "not after now, whatever was believed before", before: [900], now: -3, year: 2026),
        Row(
            what: "not by a clock that was believed and that a later collection gives the lie", before: [-9, 170],
            after: [9], now: 200, year: 2026),
        Row(
            what: "by a clock that was ahead by hours, until somebody repaired it", before: [5], after: [4], now: 30,
            year: 2027),
        Row(what: "after the release, where nothing came before it", now: -3, year: 2026),
    ]

    private static func time(_ days: Int64) -> FileTime { FileTime(seconds: newYear + days * day, nanoseconds: 0) }

    private static func held(_ sequence: UInt64, boot: String, seconds: Double = 100, year: Int) throws -> Generation {
        Generation(
            sequence: sequence, dataset: .of("system-heartbeat"), year: try Year(year), outcome: .complete, files: 1,
            bytes: 1, startedMilliseconds: 946_684_800_000, finishedMilliseconds: 946_684_801_000,
            isClockTrusted: false, held: HeldMoment(bootID: boot, bootSeconds: seconds))
    }

    private static func boot(_ generations: [Generation], _ row: Row) -> HeldYears.Boot {
        HeldYears.Boot(
            generations: generations, before: row.before.map(time), after: row.after.map(time),
            newestFile: { limit in row.files.map(time).filter { $0 <= limit }.max() })
    }

    private func known(_ days: Int64) -> HeldYears.Known {
        HeldYears.Known(now: Self.time(days), bootSeconds: 400, bootID: "now")
    }

    @Test(arguments: table)
    func year(row: Row) throws {
        // Where it is kept: in the year of what was believed when it was made.
        let kept = row.before.max().map { $0 >= 0 } == true ? 2027 : 2026
        let generation = try Self.held(7, boot: row.isSameBoot ? "now" : "then", year: kept)
        let filings = try HeldYears.filings([Self.boot([generation], row)], known: known(row.now), zone: .india)
        let filing = try #require(filings.first)
        #expect(filing.sequence == 7 && filing.year.number == row.year && filing.isCertain == row.isCertain)
        let started = FileTime(milliseconds: filing.startedMilliseconds)
        #expect(try SchoolTimeZone.india.year(of: started) == filing.year)
        if row.isSameBoot { #expect(started == Self.time(row.now) + -300) }
    }

    @Test("with all of its boot, and no earlier than what an earlier boot's files tell")
    func boots() throws {
        let held = try [
            (1, "b1"), (2, "b2"), (3, "b2"), (4, "b3"), (5, ""), (6, ""),
        ].map { try Self.held($0, boot: $1, year: 2026) }
        let boots = HeldYears.boots(of: held)
        #expect(boots.map { $0.map(\.sequence) } == [[1], [2, 3], [4], [5], [6]])
        let none = Row(what: "", before: [-9], now: 9, year: 0)
        var telling = none
        telling.files = [2]
        let rows = [none, telling, none, none, none]
        let filings = try HeldYears.filings(
            zip(boots, rows).map { Self.boot($0, $1) }, known: known(9), zone: .india)
        #expect(filings.map(\.year.number) == [2026, 2027, 2027, 2027, 2027, 2027])
    }

    @Test("whatever an ended year's state says that was made anew after it")
    func remade() throws {
        func trusted(_ dataset: String, _ sequence: UInt64, _ days: Int64) throws -> Generation {
            let milliseconds = Self.time(days).milliseconds
            return Generation(
                sequence: sequence, dataset: .of(dataset), year: try SchoolTimeZone.india.year(of: Self.time(days)),
                outcome: .complete, files: 1, bytes: 1, startedMilliseconds: milliseconds,
                finishedMilliseconds: milliseconds, isClockTrusted: true)
        }
        let held = try Self.held(5, boot: "then", year: 2027)
        let current = try [
            trusted("system-heartbeat", 4, 5), trusted("media", 8, -20), trusted("media", 9, 12), trusted("db", 10, 9),
        ]
        let boot = HeldYears.Boot([held], among: current) { _ in nil }
        #expect(boot.before == [Self.time(5)])
        #expect(boot.after == [Self.time(12), Self.time(9)])
        #expect(try HeldYears.filings([boot], known: known(30), zone: .india).map(\.year.number) == [2027])
    }

    @Test("by the boot clock to the second of New Year's night")
    func midnight() throws {
        for (bootSeconds, year) in [(399.0, 2026), (400.0, 2027)] {
            let generation = try Self.held(7, boot: "b", seconds: bootSeconds, year: 2026)
            let known = HeldYears.Known(
                now: FileTime(seconds: newYear + 600, nanoseconds: 0), bootSeconds: 1000, bootID: "b")
            let filings = try HeldYears.filings(
                [HeldYears.Boot(generations: [generation])], known: known, zone: .india)
            #expect(filings.map(\.year.number) == [year])
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
