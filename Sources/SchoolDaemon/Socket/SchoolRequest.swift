import Collecting
import LevelTree
import Settings
import Terminal
import Uploading
import Wire

/// Something that a person asks for once: it is done by the daemon where one is at work, else by the command itself.
public enum SchoolRequest: Sendable, Hashable {
    /// Nil: every dataset that is not switched off.
    case collect([Dataset]?)
    /// Nil: everything that the store lacks.
    case upload([Dataset]?)
    /// - user: nil for every user.
    case runScript(DerivedScript, user: PlatformUser?)
    /// - store: its address; nil for the one that the daemon knows.
    /// - configuration: the file in which no address is set yet, which a person should; nil where one is.
    case enroll(EnrolmentCode, store: String?, configuration: String?)

    /// As it was typed; an enrolment's code is not in it.
    var words: String {
        switch self {
        case .collect(let datasets): Self.words("collect", datasets)
        case .upload(let datasets): Self.words("upload", datasets)
        case .runScript(let script, nil): "run-script \(script.name)"
        case .runScript(let script, let user?): "run-script \(script.name) --user \(user)"
        case .enroll: "enroll"
        }
    }

    private static func words(_ command: String, _ datasets: [Dataset]?) -> String {
        ([command] + (datasets ?? []).map(\.name)).joined(separator: " ")
    }

    /// What the daemon does nothing else of meanwhile.
    func lanes(enabled: [Dataset]) -> Set<Lane> {
        switch self {
        case .collect(let datasets): Set((datasets ?? enabled).map { Lane(Job.collect($0)) })
        case .runScript: [.heavy]
        // An upload would go on as whom the machine was until then.
        case .upload, .enroll: [.upload]
        }
    }
}

/// What came of a request, as far as the daemon goes on from it.
public struct RequestOutcome: Sendable {
    public var status: ExitStatus
    /// Whether there is something new to send.
    var hasNews = false
    /// Whether it has shown that the store can be reached and takes what is sent.
    var hasReachedStore = false
    var uploaded: UploadReport?
    /// The jobs whose work it has done.
    var collected: [(job: Job, result: JobResult)] = []
    /// Nobody waited for it any more.
    var isGivenUp = false
}
