/// Decides whether one upload run tries again after a failure, and when. Pure: no clock, no sleep, randomness from
/// outside.
///
/// A school's link breaks often and comes back often, so a run goes on as long as it gets anywhere: each attempt that
/// brought bytes to the store starts the count anew. What counts is what the store confirmed, never what was merely
/// sent: a link that lets a handshake through and nothing else must not keep a run alive for ever.
public struct RetryPolicy: Sendable {
    public struct Limits: Sendable, Hashable {
        /// Attempts in a row that may fail without having brought anything.
        public var attempts: Int
        /// Before the first repetition; doubled for each further one, in seconds.
        public var firstDelay: Double
        public var longestDelay: Double
        /// The longest wait that the store may ask for within a run; a longer one ends it.
        public var longestStoreDelay: Double

        public init(
            attempts: Int = 4, firstDelay: Double = 0.5, longestDelay: Double = 30, longestStoreDelay: Double = 30
        ) {
            self.attempts = attempts
            self.firstDelay = firstDelay
            self.longestDelay = longestDelay
            self.longestStoreDelay = longestStoreDelay
        }
    }

    public enum Event: Sendable, Hashable {
        /// The store confirmed something that it had not confirmed before.
        case progress
        case transferFailed(TransferFailure.Kind)
        /// The store is well but asks to come later, in so many seconds if it says.
        case askedToWait(seconds: Int?)
    }

    public enum Action: Sendable, Hashable {
        case goOn
        case retry(afterSeconds: Double)
        /// Enough for this run; the next one may do better.
        case notNow
        /// Trying again changes nothing.
        case giveUp
    }

    private let limits: Limits
    private let jitter: @Sendable () -> Double
    private var failures = 0
    /// Whether the store has answered at all in this run.
    private var wasReached = false

    /// - Parameter jitter: from 0 to 1.
    public init(_ limits: Limits = Limits(), jitter: @escaping @Sendable () -> Double = { .random(in: 0...1) }) {
        self.limits = limits
        self.jitter = jitter
    }

    public mutating func after(_ event: Event) -> Action {
        switch event {
        case .progress:
            wasReached = true
            failures = 0
            return .goOn
        case .transferFailed(.cancelled): return .notNow
        case .transferFailed(.untrusted), .transferFailed(.unusable), .transferFailed(.oversized): return .giveUp
        case .transferFailed(.unreachable) where !wasReached:
            // Offline is a school's ordinary state; the daemon tries again when a route appears.
            return .notNow
        case .transferFailed: return again(asked: nil)
        case .askedToWait(let seconds):
            wasReached = true
            return again(asked: seconds.map(Double.init))
        }
    }

    private mutating func again(asked: Double?) -> Action {
        failures += 1
        guard failures < limits.attempts else { return .notNow }
        if let asked, asked > limits.longestStoreDelay { return .notNow }
        let doubled = limits.firstDelay * Double(1 << min(failures - 1, 16))
        let own = min(doubled, limits.longestDelay)
        // From half to all of it, so that schools which one outage stopped do not come back in step; what the store asks
        // for is the least.
        return .retry(afterSeconds: (asked ?? 0) + own * (0.5 + jitter() / 2))
    }
}
