import LevelTree
import Settings

/// Decides whether an upload may go on now, for how long, and at what rate. Pure: settings, the time and the bytes of
/// the month in, a verdict out.
///
/// Where the time is not known, windows count as open, at the school-hours rate; and a limit that the last known month
/// has used up lets through the one question that tells the time, since this may be another month.
struct UploadManners: Sendable, Hashable {
    /// What an upload waits for.
    enum Hold: Sendable, Hashable {
        case window
        case month
    }

    struct Verdict: Sendable, Hashable {
        /// Nil: it may go on.
        var hold: Hold?
        /// Whether the store may be greeted nevertheless.
        var mayGreet: Bool
        /// Bytes a second; nil: as fast as the link goes.
        var rate: UInt64?
        /// Seconds until it is another; nil where no clock tells.
        var change: Int64?
    }

    let settings: UploadSettings

    /// - Parameters:
    ///   - wall: now, in seconds since 1970 as the clock on the school's wall shows them; nil where that is not known.
    ///   - used: bytes that this month's uploads have sent and received; of the last month known, where none is.
    ///   - isAsked: a person wants it now, whatever the hour.
    func verdict(wall: Int64?, used: UInt64, isAsked: Bool = false) -> Verdict {
        let isUsedUp = settings.monthlyLimit.map { used >= $0 } ?? false
        guard let wall else {
            return Verdict(
                hold: isUsedUp ? .month : nil, mayGreet: true, rate: settings.rateInSchoolHours ?? settings.rate)
        }
        let isSchool = settings.schoolHours.contains(wall)
        var verdict = Verdict(
            mayGreet: true, rate: isSchool ? settings.rateInSchoolHours ?? settings.rate : settings.rate)
        if isUsedUp {
            (verdict.hold, verdict.mayGreet, verdict.change) = (.month, false, Self.restOfMonth(wall))
            // The month may begin outside of the windows.
            if !isAsked, let windows = settings.windows, let change = verdict.change, !windows.contains(wall + change) {
                verdict.change = windows.change(after: wall + change).map { change + $0 }
            }
        } else if !isAsked, let windows = settings.windows, !windows.contains(wall) {
            (verdict.hold, verdict.mayGreet, verdict.change) = (.window, false, windows.change(after: wall))
        } else {
            let changes = [
                settings.rateInSchoolHours.flatMap { _ in settings.schoolHours.change(after: wall) },
                isAsked ? nil : settings.windows?.change(after: wall),
                settings.monthlyLimit.map { _ in Self.restOfMonth(wall) },
            ]
            verdict.change = changes.compactMap { $0 }.min()
        }
        return verdict
    }

    /// In seconds.
    private static func restOfMonth(_ wall: Int64) -> Int64 {
        let today = CivilDate(daysSince1970: wall.floorDivided(by: daySeconds))
        let next =
            today.month == 12
            ? CivilDate(year: today.year + 1, month: 1, day: 1)
            : CivilDate(year: today.year, month: today.month + 1, day: 1)
        return next.daysSince1970 * daySeconds - wall
    }

    private static let daySeconds: Int64 = 86_400
}
