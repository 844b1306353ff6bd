import CentralStore
import Content
import Dispatch
import Logging
import Synchronization
import Wire

/// Shows committed snapshots in the LEVEL tree, one after the other in the order of their commits, on a thread of its
/// own. A commit is answered whether or not the tree has followed: the tree can be built again at any time. What is followed
/// by a newer snapshot of its dataset before its turn comes is passed over, for the tree would show it but for a moment.
final class TreePublisher: Sendable {
    private struct State {
        /// Committed, and not yet shown; in the order of the commits.
        var pending: [SnapshotRecord] = []
        var waiters: [SnapshotID: [Waiter]] = [:]

        func isFollowed(_ snapshot: SnapshotRecord) -> Bool {
            guard let index = pending.firstIndex(of: snapshot) else { return false }
            return pending[(index + 1)...].contains {
                $0.school == snapshot.school && $0.year == snapshot.year && $0.dataset == snapshot.dataset
            }
        }
    }

    /// Resumed once, by whichever comes first: the tree or the clock.
    private final class Waiter: Sendable {
        private let continuation: Mutex<CheckedContinuation<Void, Never>?>

        init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = Mutex(continuation) }

        func resume() {
            continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }?.resume()
        }
    }

    private let queue = DispatchQueue(label: "clix-store.tree")
    private let clock = DispatchQueue(label: "clix-store.tree.clock")
    private let state = Mutex(State())
    private let logger: Logger
    private let publish: @Sendable (SnapshotRecord) throws -> Void

    init(logger: Logger, publish: @escaping @Sendable (SnapshotRecord) throws -> Void) {
        self.logger = logger
        self.publish = publish
    }

    /// Runs between two snapshots, or before the first; what it throws is told to the operator.
    func run(_ name: String, _ work: @escaping @Sendable () throws -> Void) {
        queue.async { [logger] in
            do { try work() } catch { logger.error("\(name) failed: \(error)") }
        }
    }

    /// Takes note of a commit, or of a snapshot that is filed elsewhere since; returns at once.
    func committed(_ snapshot: SnapshotRecord) {
        state.withLock { $0.pending.append(snapshot) }
        queue.async { self.show(snapshot) }
    }

    /// Returns when the tree shows the snapshot, when it could not be brought to or was passed over, or after `limit`.
    func waitUntilShown(_ snapshot: SnapshotID, atMost limit: Duration) async {
        await withCheckedContinuation { continuation in
            let waiter = Waiter(continuation)
            let isPending = state.withLock { state in
                guard state.pending.contains(where: { $0.id == snapshot }) else { return false }
                state.waiters[snapshot, default: []].append(waiter)
                return true
            }
            if !isPending { return waiter.resume() }
            clock.asyncAfter(deadline: .now() + .nanoseconds(Int(limit.nanosecondCount))) { waiter.resume() }
        }
    }

    /// Returns once everything that was committed so far is shown, or after some seconds.
    /// - Returns: whether everything was shown by then.
    func finish(within seconds: Int) -> Bool {
        let reached = DispatchSemaphore(value: 0)
        queue.async { reached.signal() }
        return reached.wait(timeout: .now() + .seconds(seconds)) == .success
    }

    /// Returns once everything that was committed is shown.
    func finish() { queue.sync {} }

    private func show(_ snapshot: SnapshotRecord) {
        do {
            if !state.withLock({ $0.isFollowed(snapshot) }) { try publish(snapshot) }
        } catch {
            logger.error(
                """
                \(snapshot.school): snapshot \(snapshot.sequence) of \(snapshot.dataset) \(snapshot.year) is kept, but the \
                tree cannot show it: \(error). It is tried again at the next start.
                """)
        }
        let waiters = state.withLock { state in
            state.pending.firstIndex(of: snapshot).map { _ = state.pending.remove(at: $0) }
            return state.waiters.removeValue(forKey: snapshot.id) ?? []
        }
        for waiter in waiters { waiter.resume() }
    }
}
