import LevelTree

extension WeekHours {
    static let example = "\"Mon..Sat 15:00-22:00\""

    /// - Parameter text: `[weekdays] HH:MM-HH:MM`. Without weekdays: every day; an end before the beginning is the next
    ///   day's.
    /// - Returns: nil if it is none.
    public init?(_ text: String) {
        var words = text.split(separator: " ")[...]
        var weekdays = Set(0...6)
        if words.count == 2, let word = words.popFirst() {
            guard let named = Self.weekdays(word) else { return nil }
            weekdays = named
        }
        guard words.count == 1, let word = words.first else { return nil }
        let ends = word.split(separator: "-", omittingEmptySubsequences: false).map(Self.minute)
        guard ends.count == 2, let first = ends[0], let last = ends[1], first != last, first < 24 * 60 else {
            return nil
        }
        self.init(weekdays: weekdays, minutes: first..<(last > first ? last : last + 24 * 60))
    }

    /// `Mon`, `Mon..Sat`, `Sat,Sun`.
    private static func weekdays(_ word: Substring) -> Set<Int>? {
        var days: Set<Int> = []
        for item in word.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = item.split(separator: "..", omittingEmptySubsequences: false)
            let named = ends.compactMap(CalendarRule.weekday)
            guard named.count == ends.count, named.count <= 2, let first = named.first, let last = named.last,
                first <= last
            else { return nil }
            days.formUnion(first...last)
        }
        return days
    }

    /// Since midnight; 24:00 is the day's end.
    private static func minute(_ text: Substring) -> Int? {
        let fields = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = fields.compactMap { field -> Int? in
            let isPlain = (1...2).contains(field.count) && field.allSatisfy { ("0"..."9").contains($0) }
            return isPlain ? Int(field) : nil
        }
        guard fields.count == 2, fields[1].count == 2, numbers.count == 2, numbers[1] < 60 else { return nil }
        let minute = numbers[0] * 60 + numbers[1]
        return minute <= 24 * 60 ? minute : nil
    }
}
