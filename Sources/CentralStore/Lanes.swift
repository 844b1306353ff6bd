import Dispatch
import Synchronization

/// A fixed number of calls at a time that may block, each on a thread of Dispatch; the others wait in line without one.
final class Lanes: Sendable {
    private struct State {
        var free: Int
        var line: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    func run<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        await enter()
        defer { leave() }
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
        }
    }

    private func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.line.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard !state.line.isEmpty else {
                state.free += 1
                return nil
            }
            return state.line.removeFirst()
        }
        next?.resume()
    }
}

/// A bounded number of threads inside at once; a bounded number waits, and the next is turned away.
final class DecodeSlots: Sendable {
    private let slots: DispatchSemaphore
    private let inside = Mutex(0)
    private let limit: Int

    init(atOnce: Int, waiting: Int) {
        slots = DispatchSemaphore(value: atOnce)
        limit = atOnce + waiting
    }

    /// - Throws: `StoreError` with code `busy`, and whatever `body` throws.
    func withSlot<R>(_ body: () throws -> R) throws -> R {
        let isRoom = inside.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard isRoom else {
            throw StoreError(
                .busy, "many schools are sending at this moment; it goes on in a few seconds", retryAfterSeconds: 10)
        }
        defer { inside.withLock { $0 -= 1 } }
        slots.wait()
        defer { slots.signal() }
        return try body()
    }
}
