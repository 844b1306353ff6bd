import Collecting
import Terminal

/// `timeout` of one dataset: measured by the boot clock from when the collection begins, without the time in which it
/// waits for another's turn at staging to end.
struct TimeLimit: Sendable {
    /// The collection took longer than it may.
    struct Exceeded: Error, CustomStringConvertible {
        let limit: Duration
        var description: String { "given up after \(DurationText.short(limit)), the timeout that is set for it" }
    }

    private let limit: Duration?
    private var deadline: Double
    /// Seconds that were left when it was stopped.
    private var left: Double?
    private let bootSeconds: @Sendable () -> Double

    init(_ limit: Duration?, bootSeconds: @escaping @Sendable () -> Double) {
        self.limit = limit
        self.bootSeconds = bootSeconds
        deadline = limit.map { bootSeconds() + $0 / .seconds(1) } ?? .infinity
    }

    /// What follows is waiting, and does not count.
    mutating func stop() { left = deadline - bootSeconds() }

    mutating func goOn() {
        guard let left else { return }
        deadline = bootSeconds() + left
        self.left = nil
    }

    /// - Throws: `Exceeded` once the time is over; `CancellationError` once nobody wants the work any more.
    func check() throws {
        try Task.checkCancellation()
        if let limit, bootSeconds() > deadline { throw Exceeded(limit: limit) }
    }

    /// Does the work, and cancels it when the time is over. Ends only when the work has ended.
    func bound<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        guard let limit else { return try await work() }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await pause(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { throw Exceeded(limit: limit) }
            return value
        }
    }
}
