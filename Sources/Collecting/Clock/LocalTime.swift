import LevelTree

/// A moment as a clock on the school's wall shows it (proleptic Gregorian calendar).
public struct LocalTime: Hashable, Sendable {
    public let year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
    /// 0 is Sunday.
    public let weekday: Int
    /// East of Greenwich, in seconds.
    public let offset: Int
    public let abbreviation: String

    /// - Parameter secondsSince1970: of the wall clock itself, the offset already added.
    init(secondsSince1970 seconds: Int64, offset: Int, abbreviation: String) {
        let days = seconds.floorDivided(by: 86_400)
        let rest = Int(seconds - days * 86_400)
        let date = CivilDate(daysSince1970: days)
        (year, month, day) = (date.year, date.month, date.day)
        hour = rest / 3600
        minute = rest / 60 % 60
        second = rest % 60
        weekday = Int((days + 4) - (days + 4).floorDivided(by: 7) * 7)
        self.offset = offset
        self.abbreviation = abbreviation
    }

    /// `20180816-153000`, as it stands in names.
    public var nameText: String {
        fourDigits(year) + twoDigits(month) + twoDigits(day) + "-" + twoDigits(hour) + twoDigits(minute)
            + twoDigits(second)
    }

    /// `Thu Aug 16 15:30:00 IST 2018`, as date(1) prints it.
    public var dateText: String {
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let paddedDay = day < 10 ? " \(day)" : "\(day)"
        return "\(weekdays[weekday]) \(months[month - 1]) \(paddedDay) \(clockText) \(abbreviation) \(year)"
    }

    /// `15:30:00`.
    public var clockText: String { "\(twoDigits(hour)):\(twoDigits(minute)):\(twoDigits(second))" }
}

func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

private func fourDigits(_ number: Int) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, 4 - text.count)) + text
}
