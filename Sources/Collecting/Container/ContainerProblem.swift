/// Why something in the container could not be done: one sentence that says what to do.
///
/// Where a program failed, the sentence quotes its last line, which may hold what it was told in confidence: it goes
/// through `Masking` before anybody reads it.
public struct ContainerProblem: Error, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// There is no docker command on this machine.
        case commandMissing
        /// The engine does not answer, or does not understand the command.
        case engineUnreachable
        /// This user may not speak with the engine.
        case accessDenied
        /// The engine knows no container of this name.
        case missing
        case stopped
        case paused
        case restarting
        /// The container runs, and has no such program, or cannot start it.
        case programMissing
        /// Cut short from outside: the container stopped, its memory limit was hit, or the engine ended.
        case ended
        /// It took longer than its deadline, and was ended.
        case deadline
        /// The program ended by itself, and without success.
        case failed(status: Int32)
        /// Its output was more than allowed, or could not be kept.
        case outputLost
        /// Its output would have used up the disk here, the reserve on it, or the budget of the staging directory.
        case noRoom
        /// We were asked to stop.
        case cancelled
    }

    public let code: Code
    public let message: String
    /// The first 16 KiB of what was written to standard error.
    public let errorText: [UInt8]

    public init(_ code: Code, _ message: String, errorText: [UInt8] = []) {
        self.code = code
        self.message = message
        self.errorText = errorText
    }

    /// Whether it needs a person: nothing in the container can be done until somebody has changed something.
    public var isPermanent: Bool {
        switch code {
        case .commandMissing, .accessDenied, .missing, .programMissing: true
        default: false
        }
    }

    /// Whether it may be over soon: also by what somebody is about to do who sets the platform up or starts it.
    var mayPass: Bool { code != .commandMissing && code != .programMissing }

    /// What it is for a dataset that cannot do without.
    var collectingCode: CollectingProblem.Code { code == .noRoom ? .noRoom : .unusable }

    public var description: String { message }
}
