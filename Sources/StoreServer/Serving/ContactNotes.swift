import CentralStore
import Dispatch
import Logging

/// Notes in the catalog, now and then while the service runs, which schools were heard from: a school with nothing new
/// only says hello, and that must not be forgotten when the service is killed.
final class ContactNotes: Sendable {
    private let queue = DispatchQueue(label: "clix-store.contacts")
    // Dispatch sources may be used from any thread; Dispatch for Linux does not say so in its types.
    private nonisolated(unsafe) let timer: any DispatchSourceTimer

    init(of store: CentralStore, every interval: Duration, logger: Logger) {
        timer = DispatchSource.makeTimerSource(queue: queue)
        let interval = DispatchTimeInterval.nanoseconds(Int(interval.nanosecondCount))
        timer.schedule(deadline: .now() + interval, repeating: interval)
        timer.setEventHandler {
            do { try store.flushContacts() } catch {
                logger.error("noting when schools were heard from failed: \(error)")
            }
        }
        timer.activate()
    }

    /// Returns once nothing is being written.
    func stop() {
        timer.cancel()
        queue.sync {}
    }
}
