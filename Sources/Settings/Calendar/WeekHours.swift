import LevelTree

/// Hours of the week, such as `Mon..Sat 15:00-22:00`, in the school's time zone; several of them add up.
///
/// Pure: it knows no clock and no time zone. Moments are counted in seconds since 1970 as the clock on the wall shows
/// them, as if they were UTC.
public struct WeekHours: Hashable, Sendable {
    /// Minutes of a week that begins with Monday; one that ends later than the week goes on at its beginning.
    private var spans: Set<Range<Int>>

    public init(_ parts: [WeekHours]) { spans = parts.reduce(into: []) { $0.formUnion($1.spans) } }

    init(weekdays: Set<Int>, minutes: Range<Int>) {
        spans = Set(weekdays.map { $0 * Self.day + minutes.lowerBound..<$0 * Self.day + minutes.upperBound })
    }

    public func contains(_ wall: Int64) -> Bool { contains(minute: Self.place(wall) / 60) }

    /// Seconds until they begin or end next.
    /// - Returns: nil if they never do.
    public func change(after wall: Int64) -> Int64? {
        let place = Self.place(wall)
        let isInside = contains(minute: place / 60)
        let length = Self.week * 60
        var nearest: Int?
        for boundary in spans.flatMap({ [$0.lowerBound % Self.week, $0.upperBound % Self.week] })
        where contains(minute: boundary) != isInside {
            let seconds = (boundary * 60 - place + length) % length
            nearest = min(nearest ?? seconds, seconds)
        }
        return nearest.map(Int64.init)
    }

    private func contains(minute: Int) -> Bool {
        spans.contains { $0.contains(minute) || $0.contains(minute + Self.week) }
    }

    /// Seconds since the week's Monday began. 1970 began on a Thursday.
    private static func place(_ wall: Int64) -> Int {
        let (shifted, length) = (wall + Int64(3 * day * 60), Int64(week * 60))
        return Int(shifted - shifted.floorDivided(by: length) * length)
    }

    private static let day = 24 * 60
    private static let week = 7 * day
}
