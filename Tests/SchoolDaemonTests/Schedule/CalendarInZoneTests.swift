import Foundation
import LevelTree
import Settings
import TestSupport
import Testing

@testable import Collecting
@testable import SchoolDaemon

@Suite("Calendar texts where clocks are changed")
struct CalendarInZoneTests {
    /// 2018-11-04 03:00 UTC: the clocks go from -3 to -2 hours at midnight, so that the day begins at one.
    private static let change: Int64 = 1_541_300_400

    private static func zone(_ before: Int, _ after: Int) -> SchoolTimeZone {
        SchoolTimeZone(
            name: "Made/Up", transitions: [change],
            periods: [before, after].map { SchoolTimeZone.Period(offset: $0 * 3600, abbreviation: "X") })
    }

    private static func moments(_ text: String, _ zone: SchoolTimeZone, from: Int64, count: Int) throws -> [Int64] {
        let rule = try CalendarRule(text)
        var moments: [Int64] = []
        for _ in 0..<count {
            guard let next = rule.next(after: moments.last ?? from, in: zone) else { break }
            moments.append(next)
        }
        return moments
    }

    @Test(
        "a time that does not exist is passed over, and one that comes twice comes once",
        arguments: [
            ("daily", -3, -2, [-24, 23, 47]), ("*-*-* 00:30", -3, -2, [-23.5, 23.5, 47.5]),
            ("hourly", -3, -2, [-25, -24, -23]), ("daily", -2, -3, [-25, -1, 24]),
            ("*-*-* 00:30", -2, -3, [-24.5, -0.5, 24.5]),
        ])
    func changed(_ text: String, _ before: Int, _ after: Int, _ hours: [Double]) throws {
        let start = Self.change - 25 * 3600 - 60
        #expect(
            try Self.moments(text, Self.zone(before, after), from: start, count: 3)
                == hours.map { Self.change + Int64($0 * 3600) })
    }

    private static let canCompare =
        SystemdCalendar.isInstalled && FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/America/Sao_Paulo")

    @Test(
        "is what systemd says", .enabled(if: canCompare, "needs systemd-analyze and tzdata"),
        arguments: ["daily", "hourly", "*:0/30", "*-*-* 00:30", "*-*-* 23:30", "Sun", "00:59:59"],
        // Before summer begins, and before it ends; Brazil has given it up since.
        ["2018-11-03 20:17:00", "2018-02-17 20:17:00"])
    func asSystemd(_ text: String, _ base: String) throws {
        let zone = try SchoolTimeZone.named("America/Sao_Paulo")
        let theirs = try SystemdCalendar.elapses(text, base: base, zone: zone.name, count: 8)
        let from = try #require(theirs.first) - 1
        #expect(theirs.count == 8)
        #expect(try Self.moments(text, zone, from: from, count: 8) == theirs)
    }
}
