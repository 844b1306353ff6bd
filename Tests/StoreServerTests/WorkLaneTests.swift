import Dispatch
import Glibc
import Synchronization
import Testing
import Wire

@testable import StoreServer

@Suite("Blocking work beside the event loops")
struct WorkLaneTests {
    @Test("no more pieces run at once than the lane is wide, and all of them run")
    func width() async throws {
        let lane = WorkLane("test", width: 3, waitingLimit: 1000, retryAfter: 1)
        let counts = Counts()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<500 {
                group.addTask {
                    try await lane.run {
                        counts.begin()
                        sched_yield()
                        counts.end()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(counts.most <= 3)
        #expect(counts.done == 500)
    }

    private final class Counts: Sendable {
        private let state = Mutex((now: 0, most: 0, done: 0))
        var most: Int { state.withLock { $0.most } }
        var done: Int { state.withLock { $0.done } }

        func begin() {
            state.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
        }

        func end() {
            state.withLock {
                $0.now -= 1
                $0.done += 1
            }
        }
    }

    @Test("when the waiting room is full, who comes is told when to come again")
    func full() async throws {
        let lane = WorkLane("test", width: 1, waitingLimit: 1, retryAfter: 7)
        let gate = DispatchSemaphore(value: 0)
        let began = DispatchSemaphore(value: 0)
        async let first: Void = lane.run {
            began.signal()
            gate.wait()
        }
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "wait").async {
                began.wait()
                continuation.resume()
            }
        }
        // The room holds one. Of two that come, in whatever order, one is turned away at once and lets the gate open.
        let outcomes = await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    do {
                        try await lane.run {}
                        return nil
                    } catch let full as WorkLane.Full {
                        gate.signal()
                        return full.retryAfter
                    } catch {
                        return -1
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        try await first
        #expect(outcomes.compactMap { $0 } == [7])
        #expect(try await lane.run { 5 } == 5)
    }

    @Test("what the work throws comes out where it was asked for")
    func throwing() async {
        let lane = WorkLane("test", width: 1, waitingLimit: 1, retryAfter: 1)
        await #expect(throws: Problem.self) { try await lane.run { throw Problem(.notFound, "Nothing.") } }
    }
}
