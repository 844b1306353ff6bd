import Content
import Crypto
import LevelTree
import Staging
import Wire

/// Commits generations whose chunks are at the store, and lets go of nothing without a receipt that it has verified.
final class CommitSender {
    private let staging: Staging
    private let conversation: StoreConversation
    private let installation: Installation

    init(staging: Staging, conversation: StoreConversation, installation: Installation) {
        self.staging = staging
        self.conversation = conversation
        self.installation = installation
    }

    enum Answer: Equatable {
        case committed(Receipt)
        /// Send these, whatever was known of them, and commit again.
        case missing([ChunkID])
    }

    /// Stores the request durably, then sends it.
    func commit(_ generation: Generation, manifest: [ChunkID]) throws -> Answer {
        // What is not sent now should not be in doubt until it is.
        try conversation.checkManners()
        let bytes = try WireCoding.encode(request(generation, manifest))
        try staging.recordCommit(of: generation, request: bytes)
        return try send(bytes, sequence: generation.sequence, dataset: generation.dataset)
    }

    /// The same for a slice.
    func commit(
        _ slice: StagedSlice, of generation: Generation, manifest: [ChunkID], listed: FileAmount, toCome: FileAmount
    ) throws -> Answer {
        try conversation.checkManners()
        var request = try request(generation, manifest)
        request.sequence = slice.number
        request.outcome = .partial
        (request.files, request.bytes) = (listed.files, listed.bytes)
        let shortfalls = [Shortfall.notSentYet(files: toCome.files, bytes: toCome.bytes)] + request.shortfalls
        request.shortfalls = Array(shortfalls.prefix(CommitRequest.maximumShortfalls))
        let bytes = try WireCoding.encode(request)
        try staging.recordSlice(slice, of: generation, request: bytes)
        return try send(bytes, sequence: slice.number, dataset: generation.dataset, isSlice: true)
    }

    private func request(_ generation: Generation, _ manifest: [ChunkID]) throws -> CommitRequest {
        CommitRequest(
            dataset: generation.dataset, year: generation.year, sequence: generation.sequence,
            parent: try staging.head(generation.dataset, year: generation.year)?.snapshot,
            outcome: generation.outcome, manifest: manifest, files: generation.files, bytes: generation.bytes,
            started: generation.startedMilliseconds, finished: generation.finishedMilliseconds,
            clockTrusted: generation.isClockTrusted,
            shortfalls: Array(generation.shortfalls.prefix(CommitRequest.maximumShortfalls)))
    }

    /// Sends a stored request once more, verbatim.
    func repeatCommit(_ pending: PendingCommit) throws -> Answer {
        try send(
            pending.request, sequence: pending.sequence, dataset: pending.dataset, isSlice: pending.isSlice)
    }

    private func send(
        _ request: [UInt8], sequence: UInt64, dataset: Dataset, isSlice: Bool = false
    ) throws -> Answer {
        let reply: StoreConversation.Reply
        do {
            reply = try conversation.call(StoreRequest(.post, "/v1/snapshots", body: request))
        } catch let error as UploadError where error.code == .forked {
            // It was answered, so it is no longer in doubt.
            try staging.withdrawCommit(sequence)
            throw error
        }
        switch reply {
        case .success(let answer):
            let receipt = try verified(answer, request: request, dataset: dataset)
            if isSlice { try staging.acknowledgeSlice(receipt) } else { try staging.acknowledge(receipt) }
            return .committed(receipt)
        case .refused(let problem, _) where problem.type == .missingChunks:
            return .missing(problem.chunks ?? [])
        case .refused(let problem, _):
            try staging.withdrawCommit(sequence)
            throw UploadError(.rejected, "the store does not take \(dataset): \(problem.detail)")
        }
    }

    private func verified(_ answer: StoreAnswer, request: [UInt8], dataset: Dataset) throws -> Receipt {
        guard let receipt = try? WireCoding.decode(Receipt.self, from: answer.body) else {
            throw UploadError(
                .unexpectedAnswer,
                "the store's answer to the commit of \(dataset) is no receipt; the next run repeats the commit")
        }
        let commit = try WireCoding.decode(CommitRequest.self, from: request)
        guard receipt.isSigned(by: installation.receiptKey), receipt.answers(commit, of: installation.id) else {
            throw UploadError(
                .forgedReceipt,
                "the receipt for \(dataset) is not the store's: its signature or what it names is wrong; nothing was let "
                    + "go; ask the store's operator whether its receipt key was changed, and if not, who answers there")
        }
        return receipt
    }
}
