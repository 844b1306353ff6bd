import LevelTree
import Synchronization

/// Makes decisions about one school follow each other: what a decision reads is still so when its record is kept.
/// Decisions about different schools mostly go side by side, and share their fsyncs.
final class SchoolLocks: Sendable {
    private final class Lock: Sendable { let mutex = Mutex(()) }

    private let locks = (0..<64).map { _ in Lock() }

    func withLock<R: ~Copyable>(_ school: ServerID, _ body: () throws -> R) throws -> R {
        // Not the hash of `Hasher`: any spread will do, and ids are short.
        let sum = school.text.utf8.reduce(UInt(5381)) { $0 &* 33 &+ UInt($1) }
        return try locks[Int(sum % 64)].mutex.withLock { _ in try body() }
    }
}
