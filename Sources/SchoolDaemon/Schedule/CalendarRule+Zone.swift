import Collecting
import LevelTree
import Settings

extension CalendarRule {
    /// The rule's next moment in a zone, in seconds since 1970; nil if there is none.
    ///
    /// As systemd has it: a time that a zone's clocks leave out is passed over, and one that they show twice counts once.
    func next(after seconds: Int64, in zone: SchoolTimeZone) -> Int64? {
        var wall = seconds + Self.offset(seconds, zone)
        // What is left out is a day at most.
        for _ in 0..<Self.daySeconds {
            guard let next = earliest(after: wall) else { return nil }
            if let moment = Self.moment(next, after: seconds, in: zone) { return moment }
            wall = next
        }
        return nil
    }

    /// The first moment at which clocks show that; nil for one that they leave out.
    private static func moment(_ wall: Int64, after seconds: Int64, in zone: SchoolTimeZone) -> Int64? {
        // Those that hold before and after any change that may lie near.
        [wall - daySeconds, wall + daySeconds].map { wall - offset($0, zone) }
            .filter { $0 > seconds && $0 + offset($0, zone) == wall }.min()
    }

    private static func offset(_ seconds: Int64, _ zone: SchoolTimeZone) -> Int64 {
        Int64(zone.local(FileTime(seconds: seconds, nanoseconds: 0)).offset)
    }

    private static let daySeconds: Int64 = 86_400
}
