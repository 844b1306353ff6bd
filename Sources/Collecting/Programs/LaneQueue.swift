import Dispatch

/// As many threads as there is blocking work: Dispatch gives each serial queue that has some a thread, a new one where
/// none is free, and ends those that have had none for 5 s.
public final class LaneQueue: TaskExecutor {
    /// For programs: what they write goes to disks that may be slow, and their deadlines wait for none of that.
    static let programs = LaneQueue()

    public init() {}

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        DispatchQueue(label: "clix-collect.lane").async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
