import Synchronization

/// Whether the container has `ionice`; asked once, and again where a program turned out to be missing.
final class PriorityProbe: Sendable {
    private let known = Mutex<Bool?>(nil)

    var answer: Bool? { known.withLock { $0 } }

    func note(_ hasIonice: Bool) { known.withLock { $0 = hasIonice } }

    func forget() { known.withLock { $0 = nil } }
}

extension Container {
    /// Whether a program can be given idle priority for the disk; without, it still has the processor's.
    func hasIonice(as user: String?) async throws(ContainerProblem) -> Bool {
        if let answer = priority.answer { return answer }
        let result: ProgramResult
        do throws(ProgramProblem) {
            result = try await docker(
                exec(as: user, ["ionice", "-c", "3", "true"].map { Array($0.utf8) }), output: .memory(limit: 4096),
                deadline: .seconds(30))
        } catch {
            throw problem(ofRunningDocker: error)
        }
        guard result.ending != .exited(0) else {
            priority.note(true)
            return true
        }
        if case .problem(let problem) = await stateNow() { throw problem }
        // Killed, or cut off: that says nothing about the next time.
        if case .exited(..<128) = result.ending { priority.note(false) }
        return false
    }
}
