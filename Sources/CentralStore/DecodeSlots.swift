import Dispatch
import Synchronization

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
