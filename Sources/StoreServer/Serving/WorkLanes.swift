/// Who waits behind whom. Frames that wait for the disk must not hold up a school that only asks.
struct WorkLanes: Sendable {
    /// Tokens, hello, missing chunks: short reads of the catalog.
    let questions = WorkLane("questions", width: 4, waitingLimit: 1024, retryAfter: 5)
    /// Writing parts of frames into their spool files: short, unless the disk is behind.
    let spools = WorkLane("spools", width: 4, waitingLimit: 1024, retryAfter: 10)
    /// Verifying frames and making them durable. More at once than are decoded at once, because frames that wait
    /// together share one fsync.
    let frames = WorkLane("frames", width: 16, waitingLimit: 64, retryAfter: 10)
    /// Enrolments and commits.
    let commits = WorkLane("commits", width: 4, waitingLimit: 128, retryAfter: 15)
}
