extension Container {
    /// Runs a program inside, to its end or its deadline.
    ///
    /// Both the deadline and the idle priority hold in there, where neither a signal to the docker command nor the
    /// unit's priorities reach. A run that is cut short in whatever way (its deadline, too much output, a full disk
    /// here, cancellation, a docker command that somebody killed) has ended inside as well when this returns, unless the
    /// engine no longer listens; then the sentence says so.
    /// - Throws: `ContainerProblem`. What had been written to an output file is then taken back, as far as that is a
    ///   regular file: among it may be the engine's words, not the program's.
    public func run(_ inner: ContainerProgram) async throws(ContainerProblem) -> ProgramResult {
        guard !Task.isCancelled else { throw cancelled(inner, remains: "") }
        if let problem = outage.problem { throw problem }
        let wrapping = Wrapping(inner, hasIonice: inner.isHeavy ? try await hasIonice(as: inner.user) : false)
        let mark = OutputMark(inner.output)
        let start = ContinuousClock.now
        let result: ProgramResult
        do throws(ProgramProblem) {
            result = try await docker(
                exec(as: inner.user, wrapping.arguments), output: inner.output, deadline: wrapping.outerDeadline)
        } catch {
            mark.takeBack()
            throw await problem(inner, wrapping, cutBy: error)
        }
        if result.ending == .exited(0) { return result }
        let isLate = ContinuousClock.now - start >= wrapping.deadline
        let printed = mark.printed(by: result)
        mark.takeBack()
        throw await problem(inner, wrapping, result, isLate: isLate, printed: printed)
    }

    /// The docker command itself was ended, or could not be started.
    private func problem(
        _ inner: ContainerProgram, _ wrapping: Wrapping, cutBy problem: ProgramProblem
    ) async -> ContainerProblem {
        if problem.code == .notFound { return commandMissing }
        let remains = await clearUp(wrapping.id, as: inner.user).remains
        return switch problem.code {
        case .deadline: late(inner, remains: remains)
        case .cancelled: cancelled(inner, remains: remains)
        case .noRoom: noRoom(inner, remains: remains)
        case .flooded, .outputLost: outputLost(inner, problem, remains: remains)
        default: engineUnreachable(problem.message + remains)
        }
    }

    /// The docker command has ended by itself. Of its statuses only 126, 127, 137 and 255 mean the same always; 1 is
    /// the program's as well as docker's, and the state tells whose.
    private func problem(
        _ inner: ContainerProgram, _ wrapping: Wrapping, _ result: ProgramResult, isLate: Bool, printed: [UInt8]
    ) async -> ContainerProblem {
        let errorText = result.errorText
        switch result.ending {
        case .exited(124) where isLate, .exited(137) where isLate:
            return late(inner, remains: await clearUp(wrapping.id, as: inner.user).remains, errorText: errorText)
        case .signalled, .exited(137), .exited(143):
            return ended(inner, await clearUp(wrapping.id, as: inner.user), errorText: errorText)
        case .exited(255):
            let left = await clearUp(wrapping.id, as: inner.user)
            // A program may well end so itself, but then it says why, and the container goes on.
            if errorText.isEmpty || left.state != nil { return ended(inner, left, errorText: errorText) }
        case .exited(126), .exited(127):
            priority.forget()
            if case .problem(let problem) = await stateNow() { return problem }
            return notStarted(inner, result, printed: printed)
        case .exited(1):
            if case .problem(let problem) = await stateNow() { return problem }
        case .exited: break
        }
        return failed(name(of: inner), result.ending, errorText: errorText)
    }
}
