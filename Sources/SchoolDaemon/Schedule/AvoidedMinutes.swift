import Collecting
import LevelTree

/// Minutes of each hour in which a job is not to run: then the platform's own cron is at work in the container, which
/// goes by the same wall clock, believed or not. Pure.
///
/// A run is begun so that one of its usual length has ended before they come again; one that is too long for that, soon
/// after they end.
struct AvoidedMinutes: Sendable, Hashable {
    private let minutes: Range<Int>

    /// - Parameter minutes: within 0..<60; empty: none is avoided.
    init(_ minutes: Range<Int>) { self.minutes = minutes }

    /// The first good moment, in seconds on the boot clock.
    /// - Parameter length: how long a run takes, in seconds.
    func start(
        notBefore at: Double, lasting length: Double, _ reading: ClockReading, _ zone: SchoolTimeZone
    ) -> Double {
        guard !minutes.isEmpty, at < .infinity else { return at }
        let start = max(at, reading.bootSeconds)
        let seconds = reading.now.seconds + Int64(start - reading.bootSeconds)
        let time = zone.local(FileTime(seconds: seconds, nanoseconds: 0))
        let sinceEnd = Self.hour(time.minute * 60 + time.second - minutes.upperBound * 60)
        let free = 3600 - minutes.count * 60
        let room = free - Int(min(max(length, 0), 3600))
        // A minute of each hour at least, since the heavy jobs take turns.
        let latest = room >= 60 ? room : min(Self.leastChance, free - 1)
        return sinceEnd <= latest ? start : start + Double(3600 - sinceEnd)
    }

    /// Of an hour, from 0.
    private static func hour(_ seconds: Int) -> Int { ((seconds % 3600) + 3600) % 3600 }

    /// Seconds after those minutes in which one that is too long may begin.
    private static let leastChance = 600
}
