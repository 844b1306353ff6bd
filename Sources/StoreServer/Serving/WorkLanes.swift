import LevelTree

/// Who waits behind whom. Frames that wait for the disk must not hold up a school that only asks.
struct WorkLanes: Sendable {
    /// Tokens, hello, missing chunks: short reads of the catalog.
    let questions = WorkLane("questions", width: 4, waitingLimit: 1024, retryAfter: 5)
    /// Writing parts of frames into their spool files: short, unless the disk is behind.
    let spools = WorkLane("spools", width: 4, waitingLimit: 1024, retryAfter: 10)
    /// Verifying frames and making them durable. More at once than are decoded at once, because frames that wait
    /// together share one fsync.
    let frames = WorkLane("frames", width: 16, waitingLimit: 64, retryAfter: 10)
    let commits = WorkLane("commits", width: 4, waitingLimit: 128, retryAfter: 15)
    /// Commits of one school follow each other in any case: the next one would only hold a thread.
    let commitOfSchool = OneEach<ServerID>("A commit of this school", retryAfter: 15)
    /// Apart from commits, which may take long, while somebody stands before the machine.
    let enrolments = WorkLane("enrolments", width: 2, waitingLimit: 64, retryAfter: 5)
    /// An enrolment waits for its school's commit, and only who has a code of a school gets so far.
    let enrolmentOfCode = OneEach<String>("An enrolment with this code", retryAfter: 5)
}
