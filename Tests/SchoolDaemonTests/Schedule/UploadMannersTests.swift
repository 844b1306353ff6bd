import Settings
import Testing

@testable import SchoolDaemon

@Suite("The manners of an upload")
struct UploadMannersTests {
    /// What is expected at a moment.
    struct Row: CustomTestStringConvertible, Sendable {
        var name: String
        /// Seconds as a clock on the wall shows them; nil: not known.
        var wall: Int64?
        var used: UInt64 = 0
        var isAsked = false
        var hold: UploadManners.Hold?
        var rate: UInt64?
        var change: Int64?

        var testDescription: String { name }
    }

    private static let hour: Int64 = 3600
    private static let mebibyte: UInt64 = 1 << 20

    /// Every key of the manners, school hours and windows overlapping.
    private static func settings() throws -> UploadSettings {
        try CollectdSettings(
            parsing: """
                [upload]
                windows = ["Mon..Sat 15:00-22:00", "Sun 00:00-24:00"]
                rate = "512 KiB/s"
                rate_in_school_hours = "64 KiB/s"
                school_hours = "Mon..Sat 08:00-16:00"
                monthly_limit = "500 MiB"
                """
        ).upload
    }

    /// 2018-08-13 00:00 was a Monday.
    private static func august(_ day: Int, _ clock: Int64, _ minute: Int64 = 0) -> Int64 {
        1_534_118_400 + Int64(day - 13) * 86_400 + clock * hour + minute * 60
    }

    private static let rows = [
        Row(name: "before the window", wall: august(13, 14), hold: .window, rate: 65_536, change: hour),
        Row(name: "in the window and in school hours", wall: august(13, 15), rate: 65_536, change: hour),
        Row(name: "in the window after school", wall: august(13, 16), rate: 524_288, change: 6 * hour),
        Row(name: "at the window's end", wall: august(13, 22), hold: .window, rate: 524_288, change: 17 * hour),
        Row(
            name: "over midnight into a day that is all window", wall: august(18, 23), hold: .window, rate: 524_288,
            change: hour),
        Row(name: "on that day, until midnight", wall: august(19, 9), rate: 524_288, change: 15 * hour),
        Row(name: "outside, for a person", wall: august(13, 23), isAsked: true, rate: 524_288, change: 9 * hour),
        Row(name: "under a clock that is not believed", wall: nil, rate: 65_536),
        Row(
            name: "just below the limit", wall: august(13, 16), used: 500 * mebibyte - 1, rate: 524_288,
            change: 6 * hour),
        Row(
            name: "at the limit, until the first window of the next month, which begins on a Saturday",
            wall: august(31, 16), used: 500 * mebibyte, hold: .month, rate: 524_288, change: 23 * hour),
        Row(
            name: "at the limit, for a person, until the next month", wall: august(31, 16), used: 500 * mebibyte,
            isAsked: true, hold: .month, rate: 524_288, change: 8 * hour),
        Row(
            name: "at the limit of the last month that was known", wall: nil, used: 500 * mebibyte, hold: .month,
            rate: 65_536),
        Row(
            name: "the last hours of a month change nothing for a window", wall: august(31, 21), used: 1, rate: 524_288,
            change: hour),
    ]

    @Test("follow windows, school hours and limit", arguments: rows)
    func table(_ row: Row) throws {
        let verdict = try UploadManners(settings: Self.settings())
            .verdict(wall: row.wall, used: row.used, isAsked: row.isAsked)
        #expect(verdict.hold == row.hold)
        #expect(verdict.rate == row.rate)
        #expect(verdict.change == row.change)
        #expect(verdict.mayGreet == (row.hold == nil || row.wall == nil), "who does not know the month may ask")
    }

    @Test("end a month in December with the year")
    func newYear() {
        let manners = UploadManners(settings: UploadSettings(monthlyLimit: 1))
        #expect(manners.verdict(wall: 1_546_300_799, used: 1).change == 1)
    }

    @Test("are open at all hours, as fast as the link goes, where nothing is set")
    func unset() {
        let verdict = UploadManners(settings: UploadSettings()).verdict(wall: Self.august(13, 9), used: .max)
        #expect(verdict == UploadManners.Verdict(mayGreet: true))
    }
}
