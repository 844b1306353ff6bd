extension Container {
    /// What was found after a run that was cut short.
    struct Remains: Sendable {
        /// Why nothing can be run in the container now; nil if it runs.
        var state: ContainerProblem?
        /// The end of a sentence that says what may still go on in there; empty if nothing does.
        var remains: String
    }

    /// Ends what a run has left inside: a docker command that ends takes nothing with it.
    ///
    /// Goes on when this task is cancelled, as that is when it is needed most, and ends within a minute.
    func clearUp(_ id: String, as user: String?) async -> Remains {
        await Task.detached { [self] in
            guard case .problem(let problem) = await stateNow() else {
                return Remains(remains: await end(id, as: user) ? "" : Container.goesOn)
            }
            switch problem.code {
            // A container that does not run has no processes.
            case .stopped, .missing, .restarting: return Remains(state: problem, remains: "")
            default: return Remains(state: problem, remains: Container.goesOn)
            }
        }.value
    }

    private static let goesOn = "; what it has started may go on in there until its own deadline"

    /// Asks every process of a run to end, and kills after 5 s. - Returns: whether none is left.
    private func end(_ id: String, as user: String?) async -> Bool {
        // As the same user: even root sees another's environment only with a right that containers do not have.
        let arguments = exec(as: user, ["sh", "-c", Container.endingScript, "sh", id].map { Array($0.utf8) })
        let result = try? await docker(arguments, output: .memory(limit: 4096), deadline: .seconds(20))
        return result?.ending == .exited(0)
    }

    /// Runs with any POSIX shell and grep. It looks a second time where it finds nothing at first: the engine may be
    /// about to start the program.
    private static let endingScript = """
        signal() {
            none=yes
            for file in $(grep -ls "CLIX_RUN=$run" /proc/[0-9]*/environ); do
                none=
                process=${file%/environ}
                kill -s "$1" "${process#/proc/}" 2>/dev/null
            done
        }
        run=$1
        signal TERM
        if [ "$none" ]; then sleep 0.5; signal TERM; fi
        round=0
        while [ -z "$none" ] && [ "$round" -lt 40 ]; do
            sleep 0.2
            round=$((round + 1))
            if [ "$round" -lt 25 ]; then signal 0; else signal KILL; fi
        done
        [ "$none" ]
        """
}
