import Dispatch
import Synchronization

/// Returns after so long, while the machine is awake; at once when this task is cancelled, or was before.
///
/// Unlike `Task.sleep`, one that was cancelled leaves no timer that wakes the process when its time would have come.
/// - Throws: `CancellationError`.
public func pause(for duration: Duration) async throws {
    let pause = Pause()
    try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { pause.begin(duration, $0) }
    } onCancel: {
        pause.end(throwing: CancellationError())
    }
}

private final class Pause: Sendable {
    private enum State {
        case new, ended
        case waiting(CheckedContinuation<Void, any Error>)
    }

    private let state = Mutex(State.new)
    // Dispatch's sources may be used by any threads at once.
    private nonisolated(unsafe) let timer: any DispatchSourceTimer =
        DispatchSource.makeTimerSource(queue: DispatchQueue(label: "clix-collect.pause"))

    func begin(_ duration: Duration, _ continuation: CheckedContinuation<Void, any Error>) {
        let begins = state.withLock { state in
            guard case .new = state else { return false }
            state = .waiting(continuation)
            return true
        }
        timer.setEventHandler { self.end() }
        timer.schedule(deadline: .after(duration))
        // Also where it was cancelled: a source that was never activated must not be let go.
        timer.activate()
        if !begins { continuation.resume(throwing: CancellationError()) }
    }

    /// The first end counts.
    func end(throwing error: (any Error)? = nil) {
        let before = state.withLock { state in
            defer { state = .ended }
            return state
        }
        // This also lets go of the handler, and with it of this pause.
        timer.cancel()
        guard case .waiting(let continuation) = before else { return }
        if let error { continuation.resume(throwing: error) } else { continuation.resume() }
    }
}

extension DispatchTime {
    /// So much later than now; at most 285 years, which Dispatch can still count.
    fileprivate static func after(_ duration: Duration) -> DispatchTime {
        let (seconds, attoseconds) = max(.zero, min(duration, .seconds(9_000_000_000))).components
        return .now() + .nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds) / 1_000_000_000)
    }
}
