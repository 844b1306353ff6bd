import Terminal

/// Why a command could not ask the running daemon, or got no answer from it.
public struct DaemonProblem: Error, Sendable, CustomStringConvertible {
    public let description: String
    let exitStatus: ExitStatus

    init(_ sentence: String, _ exitStatus: ExitStatus) {
        description = sentence
        self.exitStatus = exitStatus
    }
}
