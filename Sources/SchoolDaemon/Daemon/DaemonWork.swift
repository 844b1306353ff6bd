/// What goes on in the daemon.
enum DaemonWork: Hashable {
    case job(Job)
    case upload
    case request(Call.ID, words: String)

    init(_ call: Call) { self = .request(call.id, words: call.request.words) }

    /// Nil for requests: their queue knows theirs.
    var lane: Lane? {
        switch self {
        case .job(let job): Lane(job)
        case .upload: .upload
        case .request: nil
        }
    }

    var mayUpload: Bool {
        switch self {
        case .job: false
        case .upload, .request: true
        }
    }

    var name: String {
        switch self {
        case .job(.collect(let dataset)): "collecting \(dataset)"
        case .job(.run(let script)): "running \(script.name)"
        case .upload: "uploading"
        case .request(_, let words): "carrying out \(words)"
        }
    }
}
