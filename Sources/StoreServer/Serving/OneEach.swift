import Synchronization
import Wire

/// Lets each key have one piece of work under way. The next one is told to come again instead of waiting, so that who
/// is slow, or stuck, holds one thread of a lane and not all of them.
final class OneEach<Key: Hashable & Sendable>: Sendable {
    private let what: String
    private let retryAfter: Int
    private let underWay = Mutex<Set<Key>>([])

    /// - Parameters:
    ///   - what: is under way already, as the client is told.
    ///   - retryAfter: seconds.
    init(_ what: String, retryAfter: Int) {
        self.what = what
        self.retryAfter = retryAfter
    }

    /// Throws `Problem` (busy), and whatever `work` throws.
    func run<Result>(_ key: Key, _ work: () async throws -> Result) async throws -> Result {
        guard underWay.withLock({ $0.insert(key).inserted }) else {
            let detail = "\(what) is under way already; try again in \(retryAfter) seconds."
            throw Problem(.busy, detail, retryAfter: retryAfter)
        }
        defer { _ = underWay.withLock { $0.remove(key) } }
        return try await work()
    }
}
