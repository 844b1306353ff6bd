import Collecting
import Terminal

/// Decides whether a change of the wall clock is worth a line. Pure: readings in, a sentence out.
///
/// The kernel tells of each time that it is set: a time service does so by parts of a second, again and again.
struct ClockStory: Hashable, Sendable {
    /// The wall clock less the boot clock, in seconds, as it was told last.
    private var offset: Double
    private var isTrusted: Bool
    /// By the boot clock.
    private var toldAt = -Double.infinity

    init(_ reading: ClockReading) {
        offset = Self.offset(reading)
        isTrusted = reading.isTrusted
    }

    /// - Returns: nil where it moved by no more than seconds; or where it was just told, and is believed as before.
    mutating func changed(_ reading: ClockReading, in zone: SchoolTimeZone) -> String? {
        let moved = Self.offset(reading) - offset
        let isRecent = reading.bootSeconds < toldAt + Self.silence && reading.isTrusted == isTrusted
        guard abs(moved) > Self.tolerance, !isRecent else { return nil }
        self = ClockStory(reading)
        toldAt = reading.bootSeconds
        return "the clock was set \(moved < 0 ? "back" : "forward") by "
            + "\(DurationText.short(.seconds(abs(moved).rounded()))): it says \(zone.local(reading.now).dateText)"
            + (reading.isTrusted ? "" : ", which is not believed")
    }

    private static let tolerance = 5.0, silence = 600.0

    private static func offset(_ reading: ClockReading) -> Double {
        Double(reading.now.seconds) + Double(reading.now.nanoseconds) / 1e9 - reading.bootSeconds
    }
}
