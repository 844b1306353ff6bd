/// Notices that no byte has moved for too long.
///
/// It is fed with a sum that grows while bytes move. What counts is what the peer's kernel acknowledged or sent: a body
/// that was only handed to our own kernel's buffer has not moved, and one that a slow link still drains from there has.
struct StallWatch {
    /// Nanoseconds.
    let patience: UInt64
    private var moved: UInt64 = 0
    private var movedAt: UInt64

    init(patience: UInt64, now: UInt64) {
        self.patience = patience
        movedAt = now
    }

    /// - Returns: whether to give up.
    mutating func isStalled(moved sum: UInt64, now: UInt64) -> Bool {
        if sum != moved {
            moved = sum
            movedAt = now
        }
        return now >= movedAt && now - movedAt >= patience
    }
}
