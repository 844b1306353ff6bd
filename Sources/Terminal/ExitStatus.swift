/// What both programs tell their caller: the table in the contract with people and scripts.
///
/// Named `ExitStatus` because argument-parser has an `ExitCode` of its own, and commands import both.
public enum ExitStatus: Int32, Sendable, CaseIterable {
    /// All that was asked for is done.
    case ok = 0
    /// Done, but some datasets, schools or files are partial or failed, each named on standard error.
    case partial = 1
    /// The command line is wrong.
    case usage = 64
    /// Damaged data was found.
    case damaged = 65
    /// A service that is needed is not there.
    case unavailable = 69
    /// Reading or writing failed.
    case io = 74
    /// Offline, busy, or the disk is above high water: run it again later.
    case notNow = 75
    /// The store refused: revoked, forked, not enrolled.
    case refused = 77
    /// The configuration is wrong.
    case config = 78

    /// Of two results of one run, the one to end with: damage before everything, then any failure before `partial`,
    /// and `partial` before `ok`. Of two failures the first one stays, as it happened first.
    public func joined(with later: ExitStatus) -> ExitStatus {
        later.weight > weight ? later : self
    }

    private var weight: Int {
        switch self {
        case .ok: 0
        case .partial: 1
        case .damaged: 3
        default: 2
        }
    }
}
