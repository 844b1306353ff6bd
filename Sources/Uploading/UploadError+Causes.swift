import Staging
import Wire

extension UploadError {
    /// What a failed transfer means once no further attempt is made.
    init(_ failure: TransferFailure) {
        switch failure.kind {
        case .unreachable, .cut, .stalled: self.init(.offline, failure.message)
        case .cancelled: self.init(.stopped, failure.message)
        case .untrusted: self.init(.untrusted, failure.message)
        case .oversized: self.init(.unexpectedAnswer, failure.message)
        case .unusable: self.init(.configuration, failure.message)
        }
    }

    init(_ error: StagingError, of dataset: String) {
        switch error.code {
        case .sourceChanged:
            self.init(
                .collectAgain,
                "\(dataset) changed after it was collected and is to be collected again: \(error.message)")
        case .generationGone:
            self.init(.collectAgain, "\(dataset) was replaced while it was being sent: \(error.message)")
        case .damaged:
            self.init(
                .collectAgain, "the staged copy of \(dataset) is damaged and is to be collected again: \(error.message)"
            )
        case .diskFull: self.init(.stagingFull, error.message)
        case .interrupted: self.init(.stopped, error.message)
        default: self.init(.staging, error.message)
        }
    }

    /// Any error that comes up while a dataset is sent.
    init(_ error: any Error, of dataset: String) {
        switch error {
        case let error as UploadError: self = error
        case let error as StagingError: self.init(error, of: dataset)
        case let error as TransferFailure: self.init(error)
        default: self.init(.staging, "\(dataset) cannot be read from staging: \(error)")
        }
    }

    /// A refusal that concerns the whole installation; nil for one that the caller must judge.
    init?(refusal problem: Problem) {
        switch problem.type {
        case .unauthorized, .revoked:
            self.init(
                .revoked,
                "the store refuses this installation: \(problem.detail); collecting goes on; to upload again, ask the "
                    + "store's operator for a new code (clix-store school code) and run clix-collectd enroll")
        case .forked, .wrongParent, .staleSequence:
            self.init(
                .forked,
                "the store's history is not the one that this machine continues: \(problem.detail); collecting goes on, "
                    + "uploading has stopped; \(UploadError.enrolAnew)")
        case .storeFull, .overBudget:
            self.init(
                .storeFull, "the store has no room: \(problem.detail); everything is kept here and sent later",
                retryAfter: problem.retryAfter)
        default: return nil
        }
    }

    static let enrolAnew =
        "ask the store's operator for a new code (clix-store school code) and run clix-collectd enroll: that makes this "
        + "machine a new installation, which continues the school's history"
}
