import LevelTree

/// All that the machine's clocks say at one moment.
public struct ClockReading: Sendable, Hashable {
    /// The kernel's name of this boot: seconds of two boots cannot be compared.
    public var bootID: String
    /// Seconds since the machine started, suspend included; never jumps.
    public var bootSeconds: Double
    /// By the wall clock.
    public var now: FileTime
    /// Whether the wall clock is believed.
    public var isTrusted: Bool

    public init(bootID: String, bootSeconds: Double, now: FileTime, isTrusted: Bool) {
        self.bootID = bootID
        self.bootSeconds = bootSeconds
        self.now = now
        self.isTrusted = isTrusted
    }
}

/// What is kept of a job's past, so that a missed run is made up for once, and a good one is not repeated.
struct JobRecord: Codable, Hashable, Sendable {
    struct Moment: Codable, Hashable, Sendable {
        var bootID: String
        var bootSeconds: Double
        /// Seconds since 1970 by the wall clock of then.
        var seconds: Int64
        var isTrusted: Bool

        init(_ reading: ClockReading) {
            bootID = reading.bootID
            bootSeconds = reading.bootSeconds
            seconds = reading.now.seconds
            isTrusted = reading.isTrusted
        }

        enum CodingKeys: String, CodingKey {
            case bootID = "boot"
            case bootSeconds = "boot_seconds"
            case seconds
            case isTrusted = "trusted"
        }
    }

    /// The beginning of the last run that ended well.
    var lastGood: Moment?
    /// How long that took, in seconds.
    var usualSeconds: Double?
    var lastTry: Moment?
    /// In a row, up to now.
    var failures = 0

    enum CodingKeys: String, CodingKey {
        case lastGood = "last_good"
        case usualSeconds = "usual_seconds"
        case lastTry = "last_try"
        case failures
    }
}
