import LevelTree

extension CalendarRule {
    /// Why a text is no calendar text.
    public struct Problem: Error, CustomStringConvertible, Sendable {
        public let description: String
    }

    public static let daily = CalendarRule(text: "daily")
    public static let hourly = CalendarRule(text: "hourly", hours: .any)

    /// - Parameter text: `hourly`, `daily`, `weekly` and the like, or `[weekdays] [date] [time]`.
    public init(_ text: String) throws(Problem) {
        if let named = Self.named(text.lowercased()) {
            self = named
            return
        }
        var words = text.split(separator: " ")[...]
        guard !words.isEmpty else { throw Self.problem(text, "it is empty") }
        var weekdays = CalendarField.any
        if let word = words.first, word.first?.isLetter == true {
            weekdays = try Self.weekdays(word, of: text)
            words.removeFirst()
        }
        var date = CalendarDay()
        if let word = words.first, !word.contains(":") {
            date = try Self.date(word, of: text)
            words.removeFirst()
        }
        var (hours, minutes, seconds) = (CalendarField.only(0), CalendarField.only(0), CalendarField.only(0))
        if let word = words.first {
            (hours, minutes, seconds) = try Self.time(word, of: text)
            words.removeFirst()
        }
        if let word = words.first { throw Self.problem(text, "\"\(escapedText(word.utf8))\" has no place in it") }
        self.init(text: text, weekdays: weekdays, date: date, hours: hours, minutes: minutes, seconds: seconds)
    }

    private init(
        text: String, weekdays: CalendarField = .any, date: CalendarDay = CalendarDay(),
        hours: CalendarField = .only(0), minutes: CalendarField = .only(0)
    ) {
        self.init(
            text: text, weekdays: weekdays, date: date, hours: hours, minutes: minutes, seconds: .only(0))
    }

    private static func named(_ name: String) -> CalendarRule? {
        switch name {
        case "minutely": CalendarRule(text: name, hours: .any, minutes: .any)
        case "hourly": hourly
        case "daily": daily
        case "weekly": CalendarRule(text: name, weekdays: .only(0))
        case "monthly": CalendarRule(text: name, date: CalendarDay(days: .only(1)))
        case "quarterly": CalendarRule(text: name, date: CalendarDay(months: .only(1, 4, 7, 10), days: .only(1)))
        case "semiannually": CalendarRule(text: name, date: CalendarDay(months: .only(1, 7), days: .only(1)))
        case "yearly", "annually": CalendarRule(text: name, date: CalendarDay(months: .only(1), days: .only(1)))
        default: nil
        }
    }

    // MARK: Parts of a text

    private static func weekdays(_ word: Substring, of text: String) throws(Problem) -> CalendarField {
        var parts: [CalendarField.Part] = []
        for item in word.split(separator: ",") {
            let ends = item.split(separator: "..", omittingEmptySubsequences: false)
            let days = ends.compactMap(weekday)
            guard days.count == ends.count, days.count <= 2, let first = days.first, let last = days.last, first <= last
            else {
                throw problem(text, "\"\(escapedText(item.utf8))\" is neither a weekday nor a span such as Mon..Fri")
            }
            parts.append(CalendarField.Part(first: first, last: last, step: 1))
        }
        return CalendarField(parts: parts)
    }

    /// Monday is 0.
    static func weekday(_ name: Substring) -> Int? {
        let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        return names.firstIndex { $0 == name.lowercased() || $0.prefix(3) == name.lowercased() }
    }

    /// `*-*-*`, `*-8..14`, `2026-02~1`.
    private static func date(_ word: Substring, of text: String) throws(Problem) -> CalendarDay {
        var date = CalendarDay()
        var fields = word.split(separator: "-", omittingEmptySubsequences: false)
        if let last = fields.last, last.contains("~") {
            let ends = last.split(separator: "~", omittingEmptySubsequences: false)
            date.countsFromEnd = true
            fields.removeLast()
            fields += ends
        }
        guard fields.count == 2 || fields.count == 3 else {
            throw problem(text, "\"\(escapedText(word.utf8))\" is no date such as *-*-01")
        }
        if fields.count == 3 { date.years = try field(fields.removeFirst(), in: 1970...2199, "year", of: text) }
        date.months = try field(fields[0], in: 1...12, "month", of: text)
        date.days = try field(fields[1], in: 1...31, "day", of: text, countsDown: date.countsFromEnd)
        return date
    }

    /// `06:30`, `*:0/15`, `8..16/2:00:30`.
    private static func time(
        _ word: Substring, of text: String
    ) throws(Problem) -> (hours: CalendarField, minutes: CalendarField, seconds: CalendarField) {
        let fields = word.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count == 2 || fields.count == 3 else {
            throw problem(text, "\"\(escapedText(word.utf8))\" is no time such as 06:30")
        }
        return (
            try field(fields[0], in: 0...23, "hour", of: text), try field(fields[1], in: 0...59, "minute", of: text),
            fields.count == 3 ? try field(fields[2], in: 0...59, "second", of: text) : .only(0)
        )
    }

    /// - Parameter countsDown: the numbers stand in the order of time from the largest to the smallest.
    private static func field(
        _ word: Substring, in range: ClosedRange<Int>, _ name: String, of text: String, countsDown: Bool = false
    ) throws(Problem) -> CalendarField {
        if word == "*" { return .any }
        var parts: [CalendarField.Part] = []
        for item in word.split(separator: ",", omittingEmptySubsequences: false) {
            guard let part = part(item, in: range, countsDown: countsDown) else {
                throw problem(
                    text,
                    "\"\(escapedText(item.utf8))\" is no \(name): one is a number from \(range.lowerBound) to "
                        + "\(range.upperBound), a span such as \(range.lowerBound)..\(range.lowerBound + 4), either with a "
                        + "step such as /2 behind it, or *")
            }
            parts.append(part)
        }
        return CalendarField(parts: parts)
    }

    private static func part(
        _ item: Substring, in range: ClosedRange<Int>, countsDown: Bool
    ) -> CalendarField.Part? {
        let halves = item.split(separator: "/", omittingEmptySubsequences: false)
        let ends = halves[0].split(separator: "..", omittingEmptySubsequences: false)
        let numbers = ends.compactMap(number)
        guard halves.count <= 2, numbers.count == ends.count, numbers.count <= 2, numbers.allSatisfy(range.contains),
            var first = numbers.first, var last = numbers.last, first <= last
        else { return nil }
        guard halves.count == 2 else { return CalendarField.Part(first: first, last: last, step: 1) }
        guard let step = number(halves[1]), step > 0 else { return nil }
        if numbers.count == 1 {
            if countsDown { first = range.lowerBound } else { last = range.upperBound }
        }
        // The steps begin at the largest.
        if countsDown { first += (last - first) % step }
        return CalendarField.Part(first: first, last: last, step: step)
    }

    private static func number(_ digits: Substring) -> Int? {
        let isPlain = !digits.isEmpty && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isPlain ? Int(digits) : nil
    }

    private static func problem(_ text: String, _ reason: String) -> Problem {
        Problem(
            description:
                "\"\(escapedText(text.utf8))\" is no calendar text: \(reason). Such texts are hourly, daily, weekly, "
                + "or like \"Mon..Sat 08:00\" or \"Fri *-*-8..14\"")
    }
}
