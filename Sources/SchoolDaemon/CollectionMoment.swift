import CLinux
import Collecting
import Glibc
import LevelTree
import Staging
import Terminal

/// The start of one collection: when it is, as well as that can be known, and the LEVEL 0 year that follows.
public struct CollectionMoment: Sendable, Hashable {
    /// By the school's clock; by the store's, where it told the time in this boot and the school's differs.
    public let now: FileTime
    /// By the school's clock, right or wrong: the times of files are compared with it.
    public let machineNow: FileTime
    /// Seconds since the machine booted; intervals are measured by it, never by `now`.
    public let bootSeconds: Double
    /// The kernel's name of the boot.
    public let bootID: String
    /// Nil when the clock is believed.
    public let doubt: ClockGuard.Doubt?
    /// How far the school's clock is ahead of the store's, in seconds; nil where the store did not tell its time yet.
    public let skew: Int64?
    /// The year of `now` in the school's time zone. Where the time is not known: that of the newest collection
    /// made under a believed clock, or of this program's release, and what is made is held.
    public let year: Year

    /// - Parameters:
    ///   - now: by the school's clock.
    ///   - latestTrusted: the end of the newest collection made under a believed clock.
    ///   - storeTime: now by the store, if it told the time in this boot.
    /// - Throws: `IdentityProblem` for a clock beyond the year 9999, which `doubt` would have caught.
    public init(
        now: FileTime, bootSeconds: Double, zone: SchoolTimeZone, latestTrusted: FileTime?, storeTime: FileTime? = nil,
        bootID: String = ""
    ) throws {
        machineNow = now
        self.bootSeconds = bootSeconds
        self.bootID = bootID
        doubt = ClockGuard.doubt(now, latestTrusted: latestTrusted, storeTime: storeTime)
        skew = storeTime.map { now.seconds - $0.seconds }
        let isRight = skew.map { abs($0) < StoreTime.tolerance } ?? true
        self.now = isRight ? now : storeTime ?? now
        let isKnown = doubt == nil || storeTime != nil
        year = try zone.year(of: isKnown ? self.now : max(latestTrusted ?? Release.date, Release.date))
    }

    /// Whether `now` is the time: the clock is believed, or the store told it.
    public var isTrusted: Bool { doubt == nil || skew != nil }

    var clock: CollectionClock {
        CollectionClock(
            startedMilliseconds: now.milliseconds, bootSeconds: bootSeconds, isTrusted: isTrusted,
            heldBoot: isTrusted ? nil : bootID)
    }

    /// What a person should know and do about the clock; nil when it is believed, and as right as a clock is.
    public func warning(in zone: SchoolTimeZone) -> String? {
        let advice = "; set the clock (date -s, then hwclock --systohc) and look at the battery of the main board"
        if let skew {
            guard abs(skew) >= Self.notableSkew else { return nil }
            return "the clock says \(zone.local(machineNow).dateText), which is \(Self.skewText(skew)) the store's: "
                + "what is collected is dated by the store's" + advice
        }
        guard let doubt else { return nil }
        let reason =
            switch doubt {
            case .beforeRelease: "that is before this program was made"
            case .farFuture: "no server lives that long"
            case .wentBack(let from): "it was \(zone.local(from).dateText) at the last collection"
            case .differs(let from): "the store says \(zone.local(from).dateText)"
            }
        return "the clock says \(zone.local(machineNow).dateText), and \(reason): what is collected is marked so and "
            + "held, for \(year) as it seems, until the store or a corrected clock tells the time" + advice
    }

    /// What makes the warning the same warning, whatever the clock shows by now; nil where there is none.
    var topic: String {
        // To the hour: a clock that runs a little fast is no new thing each day.
        if let skew { return "\((skew.magnitude + 1800) / 3600) h \(skew < 0 ? "behind" : "ahead of") the store" }
        return "\(String(describing: doubt)) \(year)"
    }

    /// `5h 30min ahead of`
    static func skewText(_ skew: Int64) -> String {
        "\(DurationText.short(.seconds(Int64(skew.magnitude)))) \(skew < 0 ? "behind" : "ahead of")"
    }

    /// In seconds; less is nothing that anybody has to know of.
    static let notableSkew: Int64 = 300
}

/// The machine's two clocks, and its boot; tests move their own by hand.
public struct MachineClock: Sendable {
    public var now: @Sendable () -> FileTime
    public var bootSeconds: @Sendable () -> Double
    public var bootID: @Sendable () -> String

    public init(
        now: @escaping @Sendable () -> FileTime, bootSeconds: @escaping @Sendable () -> Double,
        bootID: @escaping @Sendable () -> String = { MachineClock.thisBoot }
    ) {
        self.now = now
        self.bootSeconds = bootSeconds
        self.bootID = bootID
    }

    public static let thisBoot = readBootID()

    public static let real = MachineClock(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return FileTime(time)
        },
        bootSeconds: { Double(clinux_boot_nanoseconds()) / 1e9 })

    /// The kernel's name of this boot (proc(5), `random/boot_id`); without it, one for this process alone.
    private static func readBootID() -> String {
        let bytes = (try? SmallFile.read("/proc/sys/kernel/random/boot_id", limit: 64)) ?? []
        let text = String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
        return text.isEmpty ? "process-\(getpid())-\(clinux_boot_nanoseconds())" : text
    }
}
