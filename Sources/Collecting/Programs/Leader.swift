import Glibc

/// The process that was started, a child of ours that nobody has waited for yet.
struct Leader {
    let id: pid_t

    /// Returns when it has ended, or when this task is cancelled. Leaves it to be waited for.
    func end() async {
        var wait = Duration.milliseconds(1)
        while !hasEnded, !Task.isCancelled {
            try? await pause(for: wait)
            wait = min(wait * 2, .milliseconds(50))
        }
    }

    private var hasEnded: Bool {
        var facts = siginfo_t()
        while waitid(P_PID, id_t(id), &facts, WEXITED | WNOHANG | WNOWAIT) != 0 {
            // No child of ours any more.
            guard errno == EINTR else { return true }
        }
        // waitid(2): zero as long as nothing has changed.
        return facts.si_signo != 0
    }
}
