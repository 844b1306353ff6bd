import Testing

@testable import Settings

@Suite("Hours of the week")
struct WeekHoursTests {
    /// Seconds as a clock on the wall shows them; 2018-08-13 was a Monday.
    private func wall(_ day: Int, _ hour: Int, _ minute: Int = 0, _ second: Int = 0) -> Int64 {
        1_534_118_400 + Int64(day * 86_400 + hour * 3600 + minute * 60 + second)
    }

    @Test("hold from their first second to the one before their end")
    func ends() throws {
        let hours = try #require(WeekHours("Mon..Sat 15:00-22:00"))
        #expect(!hours.contains(wall(0, 14, 59, 59)))
        #expect(hours.contains(wall(0, 15)))
        #expect(hours.contains(wall(5, 21, 59, 59)))
        #expect(!hours.contains(wall(5, 22)))
        #expect(!hours.contains(wall(6, 16)))
        #expect(hours.change(after: wall(0, 14, 59, 30)) == 30)
        #expect(hours.change(after: wall(0, 15)) == 25_200)
        #expect(hours.change(after: wall(5, 22)) == 147_600)
    }

    @Test("may go on over midnight, and from the week's end into the next")
    func midnight() throws {
        let hours = try #require(WeekHours("Sat,Sun 22:00-06:00"))
        #expect(hours.contains(wall(5, 23)))
        #expect(hours.contains(wall(6, 5, 59)))
        #expect(!hours.contains(wall(6, 6)))
        #expect(hours.contains(wall(7, 5, 59)), "Monday's early morning is Sunday's night")
        #expect(!hours.contains(wall(1, 5)))
        #expect(hours.change(after: wall(6, 23)) == 25_200)
        #expect(hours.change(after: wall(0, 6)) == 489_600)
    }

    @Test("add up: where one ends as another begins, nothing ends")
    func sum() throws {
        let parts = try ["Fri 15:00-24:00", "Sat 00:00-10:00", "9:30-9:45"].map { try #require(WeekHours($0)) }
        let hours = WeekHours(parts)
        #expect(hours.change(after: wall(4, 20)) == 50_400)
        #expect(hours.contains(wall(2, 9, 30)))
        #expect(WeekHours([]).change(after: wall(2, 9)) == nil)
        let always = try #require(WeekHours("00:00-24:00"))
        #expect(always.change(after: wall(2, 9)) == nil)
        #expect(always.contains(wall(6, 23, 59, 59)))
    }

    @Test(
        "are refused where anybody could read them otherwise",
        arguments: [
            "", "Sun", "15:00", "15-22", "15:00-15:00", "24:00-08:00", "15:00-24:01", "15:60-16:00",
            "Sat..Mon 15:00-22:00",
            "Foo 15:00-22:00", "Mon 15:00-22:00 IST", "Mon,,Tue 15:00-22:00", "15:00..22:00", "+5:00-06:00",
            "5:0-06:00",
        ])
    func refused(_ text: String) { #expect(WeekHours(text) == nil) }
}
