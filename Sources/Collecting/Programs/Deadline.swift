/// What came of a run, and whether its deadline passed first.
struct TimedRun<Value: Sendable>: Sendable {
    var result: Result<Value, any Error>
    var isLate: Bool
}

/// Runs `body` and cancels it at the program's deadline, or when this task is cancelled. Returns when `body` has.
///
/// `body` runs on threads of its own: it may block one, as it does where it writes to a slow disk, and that delays nobody's
/// deadline. The deadline is watched on the shared threads: running and ending a program goes through them, too, so where
/// these are short of time no program is ended for what it never had.
///
/// Cancelling ends a program that was started. Where that has not helped by twice the grace, the child has not become
/// the program at all, and `StuckChildren` makes the body return.
func withinDeadline<Value: Sendable>(
    _ program: Program, _ body: @escaping @Sendable () async throws -> Value
) async -> TimedRun<Value> {
    let run = Task(executorPreference: LaneQueue.programs) { try await body() }
    let deadline = program.deadline
    let grace = program.grace
    // Detached: when this task is cancelled, somebody must still watch that the body ends.
    let watch = Task<Bool, Never>.detached {
        guard (try? await pause(for: deadline)) != nil else { return false }
        run.cancel()
        guard (try? await pause(for: grace * 2)) != nil else { return true }
        await StuckChildren.kill()
        return true
    }
    let result = await withTaskCancellationHandler {
        await run.result
    } onCancel: {
        run.cancel()
    }
    watch.cancel()
    return TimedRun(result: result, isLate: await watch.value)
}
