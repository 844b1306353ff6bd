import CSystemd
import Glibc

/// What systemd and a service tell each other: sd_notify(3). Where systemd did not start this process, all of it does
/// nothing.
public enum Notification {
    /// - Parameter lines: `NAME=value`, newlines between them.
    public static func send(_ lines: String) {
        // That systemd cannot be told is its trouble, not the service's.
        sd_notify(0, lines)
    }

    /// How long the service may be silent before systemd ends it; nil where that is not watched. sd_watchdog_enabled(3)
    ///
    /// Call it once, while there is one thread: the variables that say so are taken out of the environment, so that no
    /// program that we run takes them for its own.
    public static func takeWatchdogInterval() -> Duration? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(1, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }
}
