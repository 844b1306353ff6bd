import Staging
import Uploading
import Wire

/// What the last upload came to, kept for `status`: a small file of the state directory. It decides nothing; a lost or
/// damaged one is begun anew.
struct LastUpload: Codable, Hashable, Sendable {
    /// Milliseconds since 1970, by the school's clock.
    var ended: Int64
    /// When one last got through; likewise, nil if none ever did.
    var gotThrough: Int64?
    /// What stopped it, as a sentence; nil if it got through.
    var problem: String?

    enum CodingKeys: String, CodingKey {
        case ended
        case gotThrough = "got_through"
        case problem
    }

    /// How long the last try may be back that is told, in milliseconds.
    private static let lasting: Int64 = 600_000

    /// Sentences about a link differ by milliseconds and ports.
    private func isSame(_ problem: String) -> Bool {
        self.problem?.filter { !$0.isNumber } == problem.filter { !$0.isNumber }
    }

    /// Nil where none was tried.
    static func load(from files: InstallationFiles) -> LastUpload? {
        guard let bytes = try? files.read(.lastUpload) else { return nil }
        return try? WireCoding.decode(LastUpload.self, from: bytes)
    }

    /// Of an upload that a person stopped, nothing is kept; one that our own settings ended says only that the link is
    /// good, if it came to the store.
    static func note(_ report: UploadReport, at now: Int64, in files: InstallationFiles) {
        let isHeld = report.stopped?.isHold ?? false
        guard report.stopped?.code != .stopped, !isHeld || report.storeTime != nil else { return }
        let hasGotThrough = report.stopped == nil || isHeld
        let (before, problem) = (load(from: files), hasGotThrough ? nil : report.stopped?.message)
        // The store is looked for every minute or so, which is no reason to write to the disk as often.
        if let before, let problem, before.isSame(problem), (0..<lasting).contains(now - before.ended) { return }
        let last = LastUpload(ended: now, gotThrough: hasGotThrough ? now : before?.gotThrough, problem: problem)
        // Without it, status knows less of the link, and nothing else is wrong.
        if let bytes = try? WireCoding.encode(last) { try? files.write(bytes, as: .lastUpload) }
    }
}

extension InstallationFiles.Name {
    fileprivate static let lastUpload = InstallationFiles.Name(rawValue: "last-upload.json")
}
