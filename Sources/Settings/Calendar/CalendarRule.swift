import LevelTree

/// When something recurs: a calendar text such as `daily` or `Fri *-*-8..14,22..28 06:30`, in the school's time zone.
///
/// The forms of systemd.time(7) that a school can use, with systemd's meaning; left out are time zones (the school's is
/// the one), fractions of seconds, and years of two digits. Pure: it knows no clock and no time zone. Moments are
/// counted in seconds as the clock on the wall shows them, as if they were UTC.
public struct CalendarRule: Hashable, Sendable {
    /// As it was written.
    public let text: String
    let weekdays: CalendarField
    let date: CalendarDay
    let hours: CalendarField, minutes: CalendarField, seconds: CalendarField

    /// No rule waits longer for its next day: the 29th of February that is a given weekday comes every 40 years at the
    /// latest.
    private static let farthestDays: Int64 = 41 * 366

    /// The next moment of the rule.
    /// - Parameter wall: seconds since 1970 as a clock on the wall shows them.
    /// - Returns: nil if there is none within 41 years.
    public func earliest(after wall: Int64) -> Int64? {
        let today = wall.floorDivided(by: Self.daySeconds)
        if contains(day: today), let second = earliestSecond(from: Int(wall - today * Self.daySeconds) + 1) {
            return today * Self.daySeconds + Int64(second)
        }
        guard let first = earliestSecond(from: 0) else { return nil }
        let day = (1...Self.farthestDays).lazy.map { today + $0 }.first(where: contains(day:))
        return day.map { $0 * Self.daySeconds + Int64(first) }
    }

    /// How far apart two moments of the rule are, in seconds, where no calendar can be believed.
    /// - Returns: nil if it comes once at most.
    public var spacing: Int64? {
        // Where one begins to count does not matter.
        let start = CivilDate(year: 2024, month: 1, day: 1).daysSince1970 * Self.daySeconds
        guard let first = earliest(after: start), let second = earliest(after: first) else { return nil }
        return second - first
    }

    private static let daySeconds: Int64 = 86_400

    private func contains(day: Int64) -> Bool {
        // 1970 began on a Thursday; Monday is 0.
        let weekday = Int(day + 3 - (day + 3).floorDivided(by: 7) * 7)
        return weekdays.contains(weekday) && date.contains(CivilDate(daysSince1970: day))
    }

    private func earliestSecond(from limit: Int) -> Int? {
        for hour in 0..<24 where hours.contains(hour) && (hour + 1) * 3600 > limit {
            for minute in 0..<60 where minutes.contains(minute) && hour * 3600 + (minute + 1) * 60 > limit {
                let start = hour * 3600 + minute * 60
                if let second = (0..<60).first(where: { seconds.contains($0) && start + $0 >= limit }) {
                    return start + second
                }
            }
        }
        return nil
    }
}

/// The days of a rule, without its weekdays.
struct CalendarDay: Hashable, Sendable {
    var years = CalendarField.any, months = CalendarField.any, days = CalendarField.any
    /// `*-02~01`: `days` counts back from the month's last.
    var countsFromEnd = false

    func contains(_ date: CivilDate) -> Bool {
        guard years.contains(date.year), months.contains(date.month) else { return false }
        guard countsFromEnd else { return days.contains(date.day) }
        let next = CivilDate(
            year: date.month == 12 ? date.year + 1 : date.year, month: date.month == 12 ? 1 : date.month + 1, day: 1)
        let length = Int(next.daysSince1970 - CivilDate(year: date.year, month: date.month, day: 1).daysSince1970)
        return days.contains(length - date.day + 1)
    }
}

/// One number of a rule: any, or some.
struct CalendarField: Hashable, Sendable {
    /// `5`, `8..14`, or with a step: `8..16/2`, and `0/15`, which ends where its numbers end.
    struct Part: Hashable, Sendable {
        var first: Int, last: Int, step: Int

        func contains(_ number: Int) -> Bool { number >= first && number <= last && (number - first) % step == 0 }
    }

    /// None: any number.
    var parts: [Part]

    static let any = CalendarField(parts: [])

    static func only(_ numbers: Int...) -> CalendarField {
        CalendarField(parts: numbers.map { Part(first: $0, last: $0, step: 1) })
    }

    func contains(_ number: Int) -> Bool { parts.isEmpty || parts.contains { $0.contains(number) } }
}
