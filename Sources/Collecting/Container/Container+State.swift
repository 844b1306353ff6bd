extension Container {
    /// Whether the engine answers and the container runs, to see before anything is begun in there. One short call, by which
    /// nothing changes; that nothing can be asked is known for a while then.
    public func state() async -> ContainerState {
        if let problem = outage.problem { return .problem(problem) }
        let state = await stateNow()
        if case .problem(let problem) = state, problem.code != .cancelled { outage.note(problem) }
        return state
    }

    /// The same, asked of the engine in any case, and not remembered: what a run broke off by may be over with the next one.
    func stateNow() async -> ContainerState {
        let format = "{{.State.Running}} {{.State.Paused}} {{.State.Restarting}}"
        let arguments = ["inspect", "--type", "container", "--format", format, name].map { Array($0.utf8) }
        let result: ProgramResult
        do throws(ProgramProblem) {
            result = try await docker(arguments, output: .memory(limit: 64 << 10), deadline: .seconds(20))
        } catch {
            return .problem(problem(ofRunningDocker: error))
        }
        guard result.ending == .exited(0) else { return .problem(problem(ofEngineSaying: result.errorText)) }
        let words = result.output.split { $0 <= 0x20 }.map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 3 else {
            return .problem(engineUnreachable("docker inspect answered something else than was asked"))
        }
        // Paused and restarting containers count as running, too.
        if words[2] == "true" { return .problem(restarting) }
        if words[1] == "true" { return .problem(paused) }
        return words[0] == "true" ? .running : .problem(stopped)
    }

    /// What the docker command itself ran into, before it came to the container.
    func problem(ofRunningDocker problem: ProgramProblem) -> ContainerProblem {
        switch problem.code {
        case .notFound: commandMissing
        case .deadline: engineUnreachable("no answer in time")
        case .cancelled: ContainerProblem(.cancelled, "Docker was not asked to the end because we are stopping")
        default: engineUnreachable(problem.message)
        }
    }

    /// Every version of docker has its own wording; these words are in all of them.
    private func problem(ofEngineSaying errorText: [UInt8]) -> ContainerProblem {
        let said = String(decoding: errorText, as: UTF8.self).lowercased()
        if said.contains("permission denied") { return accessDenied }
        if ["no such container", "no such object", "no such image or container"].contains(where: said.contains) {
            return missing
        }
        if said.contains("api version") {
            return ContainerProblem(
                .engineUnreachable,
                "Docker's engine and its command are of versions that do not understand each other "
                    + "(\(ProgramProblem.lastLine(of: errorText) ?? "")); name the engine's under [source]: "
                    + "docker = [\"env\", \"DOCKER_API_VERSION=…\", \"docker\"]", errorText: errorText)
        }
        return engineUnreachable(ProgramProblem.lastLine(of: errorText) ?? "it says nothing")
    }
}
