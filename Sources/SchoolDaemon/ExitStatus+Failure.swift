import Collecting
import LevelTree
import Settings
import Staging
import Terminal
import Uploading
import Wire

extension ExitStatus {
    /// How a command ends that could not do its work at all.
    public init(failure error: any Error) {
        self =
            switch error {
            case is SettingsError, is IdentityProblem, is CollectingProblem: .config
            case let error as StagingError: ExitStatus(staging: error.code)
            case let error as UploadError: ExitStatus(rawValue: error.exitStatus) ?? .partial
            // Found before anything is sent.
            case is EnrolmentCodeProblem: .usage
            case is StateOwner.Problem: .io
            case let error as ScriptProblem: ExitStatus(script: error.code)
            case let error as DaemonProblem: error.exitStatus
            default: .io
            }
    }

    private init(script code: ScriptProblem.Code) {
        self =
            switch code {
            case .unavailable: .unavailable
            case .busy, .cancelled: .notNow
            case .failed: .partial
            }
    }

    private init(staging code: StagingError.Code) {
        self =
            switch code {
            case .busy, .diskFull, .interrupted, .outdated: .notNow
            case .damaged: .damaged
            case .unusable: .config
            default: .io
            }
    }
}

/// What to print of an error that ended a command.
public enum FailureText {
    public static func lines(of error: any Error) -> [String] {
        if let error = error as? SettingsError { return error.lines }
        let sentences = sentences(of: error)
        return ["clix-collectd: \(sentences[0])"] + sentences.dropFirst().map { "  \($0)" }
    }

    /// The same without the program's name; at least one.
    static func sentences(of error: any Error) -> [String] {
        switch error {
        case let error as SettingsError where !error.lines.isEmpty: error.lines
        case let error as ScriptProblem: [error.message] + error.lastLines
        default: ["\(error)"]
        }
    }
}
