import Dispatch

/// Gives an actor, or a task, threads of its own, so that work which blocks its thread holds up nothing else.
///
/// Swift's shared pool has as many threads as the machine has cores: two jobs that read a slow disk would leave none for
/// signals and timers.
final class DaemonQueue: SerialExecutor {
    let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
