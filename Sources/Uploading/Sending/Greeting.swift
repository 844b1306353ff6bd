import LevelTree
import Staging
import Wire

/// Decides what a store's `hello` means for this installation. Pure.
enum Greeting {
    /// What is known here.
    struct Local {
        /// The last sequence number given out.
        let lastSequence: UInt64
        let heads: [Head]
        let pending: [PendingCommit]
    }

    enum Verdict: Equatable {
        case goOn
        case refuse(UploadError)
        case wait(seconds: Int)
    }

    /// Heads are known here from enrolment on and move only with our own receipts. So a head that is new to us was set by
    /// another machine with our token, or by ourselves in a time that a restored image does not remember.
    static func judge(_ hello: Hello, _ local: Local) -> Verdict {
        // A commit whose answer was lost explains what the store knows and we do not; repeating it brings the receipt.
        let highestExplained = max(local.lastSequence, local.pending.map(\.sequence).max() ?? 0)
        guard hello.highestSequence <= highestExplained else { return .refuse(restored) }
        let inDoubt = Set(local.pending.map { DatasetYear(dataset: $0.dataset, year: $0.year) })
        for head in hello.heads where !inDoubt.contains(DatasetYear(dataset: head.dataset, year: head.year)) {
            let own = local.heads.first { $0.dataset == head.dataset && $0.year == head.year }
            guard own?.snapshot == head.snapshot else { return .refuse(restored) }
        }
        if let wait = hello.wait, wait > 0 { return .wait(seconds: wait) }
        return .goOn
    }

    private static let restored = UploadError(
        .restored,
        "the store knows more of this installation than the installation itself: this machine was restored from an image, "
            + "or cloned; collecting goes on, uploading has stopped; \(UploadError.enrolAnew)")
}
