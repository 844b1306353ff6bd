import CLinux
import Collecting
import Glibc
import LevelTree
import Staging

/// The start of one collection: when it is by the school's clock, whether that clock is believed, and the LEVEL 0 year
/// that follows.
public struct CollectionMoment: Sendable, Hashable {
    public let now: FileTime
    /// Seconds since the machine booted; intervals are measured by it, never by `now`.
    public let bootSeconds: Double
    /// Nil when the clock is believed.
    public let doubt: ClockGuard.Doubt?
    /// The year of `now` in the school's time zone. Under a clock that is not believed: that of the newest collection
    /// made under a believed one, or of this program's release; never the year that such a clock claims.
    public let year: Year

    /// - Parameter latestTrusted: the end of the newest collection made under a believed clock.
    /// - Throws: `IdentityProblem` for a clock beyond the year 9999, which `doubt` would have caught.
    public init(now: FileTime, bootSeconds: Double, zone: SchoolTimeZone, latestTrusted: FileTime?) throws {
        self.now = now
        self.bootSeconds = bootSeconds
        doubt = ClockGuard.doubt(now, latestTrusted: latestTrusted)
        year = try zone.year(of: doubt == nil ? now : max(latestTrusted ?? Release.date, Release.date))
    }

    public var isTrusted: Bool { doubt == nil }

    var clock: CollectionClock {
        CollectionClock(
            startedMilliseconds: now.seconds * 1000 + Int64(now.nanoseconds / 1_000_000), bootSeconds: bootSeconds,
            isTrusted: isTrusted)
    }

    /// What a person should know and do about the clock; nil when it is believed.
    public func warning(in zone: SchoolTimeZone) -> String? {
        guard let doubt else { return nil }
        let shown = zone.local(now).dateText
        let reason =
            switch doubt {
            case .beforeRelease: "that is before this program was made"
            case .farFuture: "no server lives that long"
            case .wentBack(let from): "it was \(zone.local(from).dateText) at the last collection"
            }
        return "the clock says \(shown), and \(reason): what is collected is marked so and filed under \(year); "
            + "set the clock (date -s, then hwclock --systohc) and look at the battery of the main board"
    }
}

/// The machine's two clocks; tests move their own by hand.
public struct MachineClock: Sendable {
    public var now: @Sendable () -> FileTime
    public var bootSeconds: @Sendable () -> Double

    public init(now: @escaping @Sendable () -> FileTime, bootSeconds: @escaping @Sendable () -> Double) {
        self.now = now
        self.bootSeconds = bootSeconds
    }

    public static let real = MachineClock(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return FileTime(time)
        },
        bootSeconds: { Double(clinux_boot_nanoseconds()) / 1e9 })

    /// The kernel's name of this boot (proc(5), `random/boot_id`); without it, one for this process alone.
    public static func bootID() -> String {
        let bytes = (try? SmallFile.read("/proc/sys/kernel/random/boot_id", limit: 64)) ?? []
        let text = String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
        return text.isEmpty ? "process-\(getpid())-\(clinux_boot_nanoseconds())" : text
    }
}
