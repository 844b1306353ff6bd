import Settings
import Terminal

/// The sentences about a script that was not run, or not to a good end.
struct ScriptFailure: Sendable {
    private let command: ScriptCommand
    private let script: DerivedScript
    private let subject: String
    private let timeout: Duration
    private let masking: Masking

    init(
        _ command: ScriptCommand, _ script: DerivedScript, in container: String, timeout: Duration, _ masking: Masking
    ) {
        self.command = command
        self.script = script
        self.timeout = timeout
        self.masking = masking
        subject = "\(command.name) in the container \(container)"
    }

    var busy: ScriptProblem {
        ScriptProblem(
            .busy,
            "\(subject) is busy: the platform's cron, a person or an earlier run has started it; run this again once that "
                + "has ended")
    }

    func unknown(_ user: PlatformUser, _ output: [UInt8]) -> ScriptProblem {
        failed(
            "knows no user \(user); a name stands in gStudio as its pupils type it, such as green-apple-mz17", output)
    }

    func problem(_ problem: ContainerProblem) -> ScriptProblem {
        switch problem.code {
        case .commandMissing, .engineUnreachable, .accessDenied, .missing, .stopped, .paused, .restarting:
            return ScriptProblem(.unavailable, "\(command.name) cannot be run: \(masking.apply(to: problem.message))")
        case .cancelled: return ScriptProblem(.cancelled, "\(subject) was ended because we are stopping")
        case .failed(let status): return failed("ended with status \(status)", problem.errorText)
        case .programMissing:
            return failed("cannot be started; see whether this is the platform's own image", problem.errorText)
        case .deadline:
            return failed(
                "had not ended after \(DurationText.short(timeout)) and was ended; if it needs longer here, raise timeout under "
                    + "[run.\(script.name)]", problem.errorText)
        case .ended:
            return failed(
                "was cut short: the container was stopped or restarted, its memory limit was hit, or somebody killed it; "
                    + "run this again", problem.errorText)
        case .outputLost, .noRoom: return failed("was ended, as what it printed could not be kept", problem.errorText)
        }
    }

    private func failed(_ what: String, _ output: [UInt8]) -> ScriptProblem {
        let lines = ScriptOutput.lastLines(of: output, masking)
        let saying = lines.isEmpty ? "; it said nothing" : "; the last that it said:"
        return ScriptProblem(.failed, "\(subject) \(what)\(saying)", lastLines: lines)
    }
}
