/// Since when each file waits: what is remembered from one pass to the next. Lost, it makes files wait a little longer.
struct WaitingMemory: Remembered, Hashable, Sendable {
    /// By the escaped path in the dataset; seconds since 1970 by the school's clock.
    var since: [String: Int64] = [:]
}
