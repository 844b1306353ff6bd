import LevelTree

/// Decides whether the machine's clock can be believed. Pure: readings in, a judgement out.
///
/// A dead battery brings a server back to 1970 or 2000; a hardware clock that holds Indian time but is read as UTC
/// runs five and a half hours ahead until somebody repairs it. The first is caught here; the second is not, and need
/// not be, since nothing is decided by the clock but the year and dates in names.
public enum ClockGuard {
    /// No school server lives that long.
    private static let lifetimeSeconds: Int64 = 30 * 366 * 86_400
    /// A repaired clock jumps back by hours; one that lost more has lost its battery.
    static let toleratedSeconds: Int64 = 2 * 86_400

    /// What is wrong with a clock.
    public enum Doubt: Hashable, Sendable {
        case beforeRelease
        case farFuture
        /// Earlier than a collection that was made under a believed clock.
        case wentBack(from: FileTime)
        /// The store said in this boot that it is another time.
        case differs(from: FileTime)
    }

    /// - Parameters:
    ///   - latestTrusted: the end of the newest collection made under a believed clock, if there is one.
    ///   - storeTime: the time by the store, if it told it in this boot; then nothing else counts.
    /// - Returns: nil when the clock can be believed.
    public static func doubt(_ now: FileTime, latestTrusted: FileTime?, storeTime: FileTime? = nil) -> Doubt? {
        if let storeTime {
            let isNear = abs(now.seconds - storeTime.seconds) <= toleratedSeconds
            return isNear ? nil : .differs(from: storeTime)
        }
        if let doubt = doubtAlone(now) { return doubt }
        if let latestTrusted, now.seconds < latestTrusted.seconds - toleratedSeconds {
            return .wentBack(from: latestTrusted)
        }
        return nil
    }

    /// Whether a time can be now, as far as this program alone can tell: the store's own clock may be wrong, too.
    static func isPossible(_ time: FileTime) -> Bool { doubtAlone(time) == nil }

    private static func doubtAlone(_ now: FileTime) -> Doubt? {
        if now < Release.date { return .beforeRelease }
        return now.seconds > Release.date.seconds + lifetimeSeconds ? .farFuture : nil
    }
}
