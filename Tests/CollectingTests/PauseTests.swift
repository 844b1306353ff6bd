import Testing

@testable import Collecting

@Suite(.timeLimit(.minutes(1))) struct `Pauses` {
    @Test func `last as long as they should`() async throws {
        let began = ContinuousClock.now
        try await pause(for: .milliseconds(30))
        #expect(ContinuousClock.now - began >= .milliseconds(30))
    }

    @Test(arguments: [Duration.zero, .seconds(-5), .nanoseconds(-1)])
    func `of no time end at once`(_ duration: Duration) async throws {
        try await pause(for: duration)
    }

    @Test(arguments: [Duration.seconds(3600), .seconds(Int64.max)])
    func `end when their task is cancelled, and say so`(_ duration: Duration) async {
        let task = Task { try await pause(for: duration) }
        try? await pause(for: .milliseconds(10))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `do not begin in a task that was cancelled before`() async {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await pause(for: .seconds(3600))
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    /// A second end of one would be a crash, none a test that is over time.
    @Test func `end once, when their end and the cancelling meet`() async {
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2000 {
                group.addTask {
                    let task = Task { try? await pause(for: .microseconds(number % 200)) }
                    try? await pause(for: .microseconds(100))
                    task.cancel()
                    await task.value
                }
            }
        }
    }
}
