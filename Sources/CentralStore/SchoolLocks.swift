import LevelTree
import Synchronization

/// Makes decisions about one school follow each other: what a decision reads is still so when its record is kept.
/// Decisions about different schools go side by side, and share their fsyncs.
final class SchoolLocks: Sendable {
    private final class Lock: Sendable { let mutex = Mutex(()) }

    /// As many as there are schools: who is none gets to no decision, but by the operator's own commands.
    private let locks = Mutex<[ServerID: Lock]>([:])

    func withLock<R: ~Copyable>(_ school: ServerID, _ body: () throws -> R) throws -> R {
        let lock = locks.withLock { locks in
            if let lock = locks[school] { return lock }
            let lock = Lock()
            locks[school] = lock
            return lock
        }
        return try lock.mutex.withLock { _ in try body() }
    }
}
