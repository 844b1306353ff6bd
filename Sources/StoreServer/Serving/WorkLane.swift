import Dispatch
import Synchronization

/// Blocking work (disk, SQLite, decompression) beside the event loops and the cooperative pool: `width` pieces run at
/// once, `waitingLimit` more wait in order, and what comes then is told to come again.
final class WorkLane: Sendable {
    private typealias Piece = @Sendable () -> Void

    private struct State {
        /// Threads that have nothing to do, by their place in `threads`.
        var idle: [Int]
        var waiting: [Piece] = []
        var firstWaiting = 0
        var waitingCount: Int { waiting.count - firstWaiting }

        mutating func takeFirst() -> Piece? {
            guard firstWaiting < waiting.count else { return nil }
            let piece = waiting[firstWaiting]
            firstWaiting += 1
            if firstWaiting == waiting.count || firstWaiting >= 256 {
                waiting.removeFirst(firstWaiting)
                firstWaiting = 0
            }
            return piece
        }
    }

    /// Thrown when the waiting room is full.
    struct Full: Error {
        /// In how many seconds it is worth asking again.
        let retryAfter: Int
    }

    private let waitingLimit: Int
    private let retryAfter: Int
    // Serial queues get a thread at once. A concurrent queue shares a pool as wide as the machine, to which Dispatch for
    // Linux adds a thread only each second when all of them are blocked.
    private let threads: [DispatchQueue]
    private let state: Mutex<State>

    /// - Parameter retryAfter: seconds, as told to who is turned away.
    init(_ name: String, width: Int, waitingLimit: Int, retryAfter: Int) {
        self.waitingLimit = waitingLimit
        self.retryAfter = retryAfter
        threads = (0..<width).map { DispatchQueue(label: "clix-store.\(name).\($0)") }
        state = Mutex(State(idle: Array(0..<width)))
    }

    /// Runs `work` on a thread that may block, and waits for it. Work that began is not cancelled: half-done work of
    /// the store must end by its own rules.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let piece: Piece = { continuation.resume(with: Result(catching: work)) }
            let admission = state.withLock { state -> Admission in
                if let thread = state.idle.popLast() { return .runs(on: thread) }
                guard state.waitingCount < waitingLimit else { return .turnedAway }
                state.waiting.append(piece)
                return .waits
            }
            switch admission {
            case .runs(let thread): start(piece, on: thread)
            case .waits: break
            case .turnedAway: continuation.resume(throwing: Full(retryAfter: retryAfter))
            }
        }
    }

    private enum Admission {
        case runs(on: Int)
        case waits
        case turnedAway
    }

    private func start(_ piece: @escaping Piece, on thread: Int) {
        threads[thread].async {
            piece()
            let next = self.state.withLock { state -> Piece? in
                let next = state.takeFirst()
                if next == nil { state.idle.append(thread) }
                return next
            }
            if let next { self.start(next, on: thread) }
        }
    }
}
