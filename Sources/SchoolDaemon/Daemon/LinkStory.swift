import Uploading

/// Decides what is told of a link that comes and goes. Pure: how uploads ended in, sentences out.
///
/// Offline is normal: it is said once. Sentences about a link differ from try to try; what it is, is one thing.
struct LinkStory: Hashable, Sendable {
    /// What stopped the last upload; nil if nothing did.
    private var stopped: UploadError?
    /// What was said since an upload last got through.
    private var said: Set<UploadError.Code> = []

    /// - Returns: what to say; nil where nothing is new.
    mutating func ended(_ stopped: UploadError?) -> (JournalMessage, String)? {
        self.stopped = stopped
        guard let stopped else {
            said = []
            return nil
        }
        return said.insert(stopped.code).inserted ? (stopped.storyMessage, stopped.message) : nil
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
