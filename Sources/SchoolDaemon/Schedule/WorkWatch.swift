import Synchronization

/// Tells whether a piece of work is over its time, by the boot clock: told by the work, on any thread, how it gets on,
/// and asked by the daemon.
final class WorkWatch: Sendable {
    private enum State {
        case until(Double)
        /// Seconds that were left when it began to wait for another's work.
        case waiting(left: Double)
    }

    private let allowed: Double
    private let bootSeconds: @Sendable () -> Double
    private let state: Mutex<State>

    /// - Parameter seconds: in which the work has ended, or is known to have got on.
    init(allowing seconds: Double, bootSeconds: @escaping @Sendable () -> Double) {
        allowed = seconds
        self.bootSeconds = bootSeconds
        state = Mutex(.until(bootSeconds() + seconds))
    }

    /// It got on: the whole time is there again.
    func gotOn() { state.withLock { $0 = .until(bootSeconds() + allowed) } }

    /// From here on it waits for other work, which is judged itself.
    func waits() {
        state.withLock { if case .until(let end) = $0 { $0 = .waiting(left: end - bootSeconds()) } }
    }

    func goesOn() {
        state.withLock { if case .waiting(let left) = $0 { $0 = .until(bootSeconds() + left) } }
    }

    var isOver: Bool {
        state.withLock { if case .until(let end) = $0 { bootSeconds() > end } else { false } }
    }
}
