import Synchronization

/// One publication at a time for each dataset of a school, several for different ones.
final class TreeTurns: Sendable {
    private final class Lane: Sendable {
        let lock = Mutex(())
    }

    /// Two datasets may share a lane by chance; they then only wait.
    private let lanes = (0..<64).map { _ in Lane() }

    func take<R>(_ key: TreeKey, _ body: () throws -> R) rethrows -> R {
        // The hash is a different one in each run, so no school can choose to meet another.
        let lane = lanes[Int(UInt(bitPattern: key.hashValue) % UInt(lanes.count))]
        return try lane.lock.withLock { _ in try body() }
    }
}
