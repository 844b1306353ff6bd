import LevelTree

/// A point in time as people write it in commands and read it in listings: ISO 8601, in the schools' time zone unless
/// another is given. Proleptic Gregorian calendar, years 1970 to 9999; no ICU, no locale.
public struct Moment: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Asia/Kolkata is five and a half hours ahead the whole year round, since 1945.
    static let kolkataOffsetSeconds: Int64 = 19_800

    /// Reads `2018-08-15`, `2018-08-15T10:30`, `2018-08-15 10:30:05.250`, each perhaps with `Z` or an offset (`+05:30`,
    /// `+0530`, `+05`). A date alone is the last moment of that day: what was there on that day is then included.
    /// Throws `StoreServerError` (bad argument).
    public init(parsing text: String) throws {
        var reader = Reader(text)
        guard let moment = Self.read(&reader) else {
            throw StoreServerError(
                .badArgument,
                "'\(text)' is not a date or time. Write 2018-08-15, 2018-08-15T10:30 or 2018-08-15T10:30:05+05:30; "
                    + "without a zone it is Indian time (Asia/Kolkata).")
        }
        self = moment
    }

    /// `2018-08-15 10:30:05`, Indian time.
    public var description: String {
        let seconds = milliseconds.floorDivided(by: 1000) + Self.kolkataOffsetSeconds
        let days = seconds.floorDivided(by: 86_400)
        let date = CivilDate(daysSince1970: days)
        let rest = seconds - days * 86_400
        let clock = [rest / 3600, rest / 60 % 60, rest % 60].map { Self.padded($0, 2) }.joined(separator: ":")
        let day = [date.month, date.day].map { Self.padded(Int64($0), 2) }.joined(separator: "-")
        return "\(Self.padded(Int64(date.year), 4))-\(day) \(clock)"
    }

    public static func < (left: Moment, right: Moment) -> Bool { left.milliseconds < right.milliseconds }

    private static func read(_ reader: inout Reader) -> Moment? {
        guard let year = reader.number(digits: 4), reader.take("-"), let month = reader.number(digits: 2),
            reader.take("-"), let day = reader.number(digits: 2),
            (1970...9999).contains(year), (1...12).contains(month), (1...daysIn(month, year)).contains(day)
        else { return nil }
        let date = CivilDate(year: Int(year), month: Int(month), day: Int(day)).daysSince1970 * 86_400_000
        if reader.isAtEnd { return Moment(milliseconds: date + 86_399_999 - kolkataOffsetSeconds * 1000) }
        guard reader.take("T") || reader.take("t") || reader.take(" "), let time = readTime(&reader),
            let offset = readOffset(&reader), reader.isAtEnd
        else { return nil }
        return Moment(milliseconds: date + time - offset * 1000)
    }

    /// Milliseconds since midnight.
    private static func readTime(_ reader: inout Reader) -> Int64? {
        guard let hour = reader.number(digits: 2), hour < 24, reader.take(":"),
            let minute = reader.number(digits: 2), minute < 60
        else { return nil }
        var time = (hour * 60 + minute) * 60_000
        guard reader.take(":") else { return time }
        guard let second = reader.number(digits: 2), second < 60 else { return nil }
        time += second * 1000
        if reader.take(".") || reader.take(",") {
            guard let fraction = reader.fractionInMilliseconds() else { return nil }
            time += fraction
        }
        return time
    }

    /// Seconds east of Greenwich.
    private static func readOffset(_ reader: inout Reader) -> Int64? {
        if reader.isAtEnd { return kolkataOffsetSeconds }
        if reader.take("Z") || reader.take("z") { return 0 }
        let sign: Int64 = reader.take("+") ? 1 : reader.take("-") ? -1 : 0
        guard sign != 0, let hours = reader.number(digits: 2), hours < 24 else { return nil }
        _ = reader.take(":")
        let minutes = reader.isAtEnd ? 0 : reader.number(digits: 2)
        guard let minutes, minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    private static func daysIn(_ month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

private struct Reader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func number(digits: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    mutating func fractionInMilliseconds() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let digit = digit() {
            if count < 3 { value = value * 10 + digit }
            count += 1
        }
        guard count > 0 else { return nil }
        while count < 3 {
            value *= 10
            count += 1
        }
        return value
    }

    private mutating func digit() -> Int64? {
        guard position < bytes.count, (0x30...0x39).contains(bytes[position]) else { return nil }
        position += 1
        return Int64(bytes[position - 1]) - 0x30
    }
}
