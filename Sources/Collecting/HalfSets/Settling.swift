import LevelTree

/// When a file of the platform's hourly jobs counts as finished. The jobs write in place, from minute 01 to past 22, and
/// power goes at any minute.
///
/// A clock that is not believed is reckoned with like any other: what it makes wait, it makes wait 25 minutes at most.
struct Settling: Sendable {
    let now: FileTime

    enum Age: Hashable {
        /// Changed within two minutes.
        case fresh
        /// Changed within the longest wait: finished unless its writer still runs.
        case recent
        case settled
    }

    /// Longer than any write rests, be it a job's or that of a person's copy, and short beside the time that a USB disk
    /// stays plugged in.
    static let freshSeconds: Int64 = 120
    static let longestWaitSeconds: Int64 = 25 * 60
    /// Between the moment that a pass calls now and its look at a file.
    private static let leadSeconds: Int64 = 10

    /// What was changed in the future was so before the clock was set back.
    func age(modified: FileTime) -> Age {
        func isWithin(_ seconds: Int64) -> Bool { modified > FileTime(now, plus: -seconds) }
        guard modified <= FileTime(now, plus: Settling.leadSeconds) else { return .settled }
        return isWithin(Settling.freshSeconds) ? .fresh : isWithin(Settling.longestWaitSeconds) ? .recent : .settled
    }

    /// Whether a file is taken as it is, finished or not.
    /// - Parameter first: when it was first made to wait, in seconds since 1970. Where that is yet to come, the clock was
    ///   set back, and nobody knows for how long it waits.
    func hasWaitedLongest(since first: Int64) -> Bool {
        now.seconds < first || now.seconds - first >= Settling.longestWaitSeconds
    }
}

extension FileTime {
    fileprivate init(_ time: FileTime, plus seconds: Int64) {
        self.init(seconds: time.seconds + seconds, nanoseconds: time.nanoseconds)
    }
}
