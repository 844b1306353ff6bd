/// How much a person wants to be told on standard error.
public enum Verbosity: Int, Comparable, Sendable {
    /// `--quiet`: only what went wrong.
    case quiet
    case normal
    /// `--verbose`: also what was done in detail.
    case verbose

    /// - Parameters: the two flags as given; `--quiet` wins.
    public init(quiet: Bool, verbose: Bool) {
        self = quiet ? .quiet : verbose ? .verbose : .normal
    }

    public static func < (left: Verbosity, right: Verbosity) -> Bool { left.rawValue < right.rawValue }
}
