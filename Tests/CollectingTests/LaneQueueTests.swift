import Dispatch
import Testing

@testable import Collecting

@Suite(.timeLimit(.minutes(1))) struct `Threads of lanes` {
    @Test func `are as many as there is work that blocks them`() async {
        let (lanes, count) = (LaneQueue(), 50)
        let (begun, all) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        // Each waits for the last.
        let tasks = (0..<count).map { _ in
            Task(executorPreference: lanes) {
                begun.signal()
                block(until: all)
            }
        }
        await Task(executorPreference: lanes) {
            for _ in 0..<count { block(until: begun) }
            for _ in 0..<count { all.signal() }
        }.value
        for task in tasks { await task.value }
    }
}

/// Waiting is not for asynchronous functions to do; here it is what is meant.
private func block(until semaphore: DispatchSemaphore) { semaphore.wait() }
