import Synchronization

/// Why nothing can be asked in the container, as it was found a moment ago: most datasets of a pass would ask, and a call of
/// the docker command costs as much as a look at some thousand files.
final class Outage: Sendable {
    private let duration: Duration
    private let last = Mutex<(problem: ContainerProblem, found: ContinuousClock.Instant)?>(nil)

    init(lasting duration: Duration) { self.duration = duration }

    /// Nil if none is known to last.
    var problem: ContainerProblem? {
        last.withLock { last in
            last.flatMap { ContinuousClock.now - $0.found < duration ? $0.problem : nil }
        }
    }

    func note(_ problem: ContainerProblem) { last.withLock { $0 = (problem, ContinuousClock.now) } }
}
