import LevelTree
import Settings
import TestSupport
import Testing

@Suite("Calendar texts")
struct CalendarRuleTests {
    private static let texts = [
        "hourly", "daily", "weekly", "monthly", "quarterly", "semiannually", "yearly", "Annually", "minutely",
        "*:0/15", "Mon,Wed..Fri 2:30", "Mon, 10:00", "Fri *-*-8..14,22..28", "*-*~1", "*-02~3..5", "*-*~07/1",
        "12..14:10,20,30", "9-12", "*-2/3-1", "*-*-*", "Mon", "monday..FRI", "08..16/2:30", "*-*-31",
        "*-02-29 06:00:30",
        "Sun *-02-29", "Mon  10:00", "10:00:00", "*-*-1/10", "08..10/1:0", "Mon..Wed,Thu", "5:5", "*-*~3..9/2",
        "Mon *-1", "0/2:00", "Mon..Mon 10:00", "*:*", "8,9..11:00", "2029-01-31 23:59:59", "2027..2029-12-31",
    ]

    @Test(
        "mean what systemd says they mean", .enabled(if: SystemdCalendar.isInstalled, "needs systemd-analyze"),
        arguments: texts)
    func asSystemd(_ text: String) throws {
        let rule = try CalendarRule(text)
        // A Tuesday, in a leap year's February, just before midnight.
        let start = CivilDate(year: 2028, month: 2, day: 1).daysSince1970 * 86_400 + 86_399
        var ours: [Int64] = []
        var moment = start
        for _ in 0..<6 {
            guard let next = rule.earliest(after: moment) else { break }
            ours.append(next)
            moment = next
        }
        #expect(ours == (try SystemdCalendar.elapses(text, base: "2028-02-01 23:59:59 UTC", count: 6)))
    }

    @Test(
        "that are none are refused with what is wrong",
        arguments: [
            ("", "empty"), ("anually", "anually"), ("10", "\"10\" is no date"), ("16..8:00", "no hour"),
            ("24:00", "no hour"), ("8:60", "no minute"), ("00:00 Mon", "no place"), ("Sat..Mon 10:00", "Sat..Mon"),
            ("*-13-1", "no month"), ("*/2:00", "no hour"), ("*-*-01/2..9", "no day"), ("*-*-0", "no day"),
            ("1..3,:00", "no hour"), ("*-*~3..1", "no day"), ("0/0:00", "no hour"), ("10:00:00:00", "no time"),
            ("99999999999999999999:00", "no hour"), ("Fri\u{1B}[31m", "\\x1b"),
        ])
    func refused(_ text: String, _ reason: String) {
        let problem = #expect(throws: CalendarRule.Problem.self) { try CalendarRule(text) }
        #expect(problem?.description.contains(reason) == true, "\(problem?.description ?? "")")
    }

    @Test(
        "of systemd that a school has no use for are refused as well",
        arguments: ["10:00 UTC", "10:00:00.5", "70-1-1", "Mon-Fri 10:00", "@0"])
    func leftOut(_ text: String) {
        #expect(throws: CalendarRule.Problem.self) { try CalendarRule(text) }
    }

    @Test("that never come, never come", arguments: ["*-02-30", "2026-02-29", "1999-01-01"])
    func never(_ text: String) throws {
        let now = CivilDate(year: 2027, month: 1, day: 1).daysSince1970 * 86_400
        #expect(try CalendarRule(text).earliest(after: now) == nil)
    }

    @Test(
        "are so far apart",
        arguments: [("hourly", 3600), ("daily", 86_400), ("weekly", 604_800), ("*:0/15", 900), ("2026-01-01", nil)])
    func spacing(_ text: String, _ seconds: Int64?) throws {
        #expect(try CalendarRule(text).spacing == seconds)
    }
}
