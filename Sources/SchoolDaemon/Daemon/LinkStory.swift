import Uploading

/// Decides what is told of a link that comes and goes. Pure: how uploads ended in, sentences out.
///
/// Offline is normal: it is said once. Sentences about a link differ from try to try; what it is, is one thing.
struct LinkStory: Hashable, Sendable {
    /// What stopped the last upload; nil if nothing did.
    private var stopped: UploadError?
    /// What was said since an upload last got through.
    private var said: Set<UploadError.Code> = []
    /// Whether something was said of which nobody knows yet that it is over.
    private var isOpen = false

    /// - Returns: what to say; nil where nothing is new.
    mutating func ended(_ stopped: UploadError?) -> (JournalMessage, String)? {
        self.stopped = stopped
        guard let stopped else {
            said = []
            guard isOpen else { return nil }
            isOpen = false
            return (.throughAgain, "uploads get through again")
        }
        guard said.insert(stopped.code).inserted else { return nil }
        // Settings that hold uploads back are no trouble whose end is awaited.
        if !stopped.isHold { isOpen = true }
        return (stopped.storyMessage, stopped.message)
    }

    /// The store has committed something: where that is told, it tells also that the trouble before is over.
    /// - Returns: whether there was some.
    mutating func committed() -> Bool {
        defer { isOpen = false }
        return isOpen
    }

    /// A clause for `systemctl status`; nil while uploads get through.
    var standing: String? {
        // What our own settings hold back is told for itself.
        guard let stopped, !stopped.isHold else { return nil }
        switch stopped.code {
        case .offline: return "the store is not reached"
        case .busy: return "the upload has to wait"
        case .storeFull: return "the store has no room"
        case .stagingFull: return "no room on the disk to upload from"
        case .notEnrolled: return "not enrolled"
        case .unconfigured: return "no store is known"
        case .untrusted: return "another answers in the store's place"
        default: return stopped.isPermanent ? "nothing is uploaded: \(stopped.message)" : "the last upload failed"
        }
    }
}

extension UploadError {
    fileprivate var storyMessage: JournalMessage {
        switch code {
        case .offline, .stopped: .offline
        case .busy, .outsideWindows, .monthlyLimit, .storeFull, .stagingFull: .uploadWaits
        default: isPermanent ? .uploadRefused : .uploadFailed
        }
    }
}
