import Content
import Staging
import Wire

/// Brings single frames to the store, however often the link breaks, and tells the ledger.
final class FrameSender {
    private let staging: Staging
    private let conversation: StoreConversation
    private(set) var sent = 0
    private var size = FrameSize()
    /// Raw bytes that the next frame may hold.
    private(set) var content: Int
    /// See `FrameSize.isLinkFast`.
    private(set) var isLinkFast = false
    /// Nanoseconds that the store had the frame on its way wait.
    private var held: UInt64 = 0

    init(staging: Staging, conversation: StoreConversation) {
        self.staging = staging
        self.conversation = conversation
        content = FrameSize().content(rate: conversation.rate())
    }

    /// A frame just made: spooled durably before its first byte is sent.
    /// - Parameter content: raw bytes in it.
    /// - Returns: false if it has to be made anew; nothing is spooled then.
    func send(_ frame: FrameBuilder.Frame, content: Int) throws -> Bool {
        let spooled = try frame.body.withUnsafeBytes { body in
            try staging.spool(frame: frame.id, body: body, chunks: frame.chunks)
        }
        return try send(spooled, body: frame.body, content: content)
    }

    /// Frames that an earlier run left behind, oldest first.
    func sendLeftovers() throws {
        for frame in try staging.spooledFrames() {
            guard let body = try wholeBody(of: frame) else {
                // A disk that lost power may give back other bytes. The frame's chunks are still in staging.
                try staging.discardFrame(frame.id)
                continue
            }
            _ = try send(frame, body: body, content: nil)
        }
    }

    private func wholeBody(of frame: SpooledFrame) throws -> [UInt8]? {
        do {
            let body = try staging.readSpooled(frame)
            return ChunkID(hashing: body) == frame.id ? body : nil
        } catch let error as StagingError where error.code == .damaged {
            return nil
        }
    }

    /// - Parameter content: nil for a frame of an earlier run.
    private func send(_ frame: SpooledFrame, body: [UInt8], content: Int?) throws -> Bool {
        var transfer = FrameTransfer(length: body.count, isFresh: content != nil)
        let began = conversation.now()
        held = 0
        while true {
            let event = try perform(transfer.next, frame.id, body)
            let (ending, isProgress) = transfer.after(event)
            if isProgress { conversation.noteProgress() }
            switch ending {
            case .goOn: continue
            case .kept:
                try staging.frameAcknowledged(frame.id)
                sent += 1
                noteSize(transfer, since: began, content)
                return true
            case .rebuild:
                try staging.discardFrame(frame.id)
                return false
            }
        }
    }

    private func noteSize(_ transfer: FrameTransfer, since began: UInt64, _ content: Int?) {
        let now = conversation.now()
        let time = now - min(now, began)
        size.sent(transfer.moved, in: time - min(time, held), length: transfer.length, content: content)
        let rate = conversation.rate()
        self.content = size.content(rate: rate)
        isLinkFast = size.isLinkFast(rate: rate)
    }

    private func perform(_ step: FrameTransfer.Step, _ id: ChunkID, _ body: [UInt8]) throws -> FrameTransfer.Event {
        do {
            switch try conversation.attempt(request(step, id, body)) {
            case .success(let answer): return step == .ask ? event(of: answer) : .kept
            case .refused(let problem, let answer):
                if problem.passes {
                    let before = conversation.now()
                    try conversation.pause(after: problem)
                    held += conversation.now() - before
                    return .broken
                }
                return try event(of: problem, answer, to: step, id)
            }
        } catch let failure as TransferFailure {
            try conversation.pause(after: failure)
            return .broken
        }
    }

    private func request(_ step: FrameTransfer.Step, _ id: ChunkID, _ body: [UInt8]) -> StoreRequest {
        let path = "/v1/frames/\(id.hex)"
        switch step {
        case .ask: return StoreRequest(.head, path)
        case .send(let offset):
            return StoreRequest(
                .patch, path,
                headers: [
                    ("Content-Type", WireCoding.partialUploadType), ("Upload-Offset", String(offset)),
                    ("Upload-Complete", "?1"),
                ], body: body, bodyOffset: offset)
        }
    }

    /// Of an answer to `HEAD`.
    private func event(of answer: StoreAnswer) -> FrameTransfer.Event {
        let isComplete = answer.headers["upload-complete"] == "?1"
        guard let offset = offset(in: answer) else { return isComplete ? .kept : .unknown }
        return .offset(offset, isComplete: isComplete)
    }

    private func event(
        of problem: Problem, _ answer: StoreAnswer, to step: FrameTransfer.Step, _ id: ChunkID
    ) throws -> FrameTransfer.Event {
        switch problem.type {
        case .notFound where step == .ask || step != .send(from: 0): return .unknown
        case .offsetMismatch:
            // An answer to HEAD has no body, and one without the offset says only that ours is wrong.
            return offset(in: answer).map { .offset($0, isComplete: false) } ?? .broken
        case .frameMismatch: return .mismatch
        case .baseGone: return .baseGone
        case _ where step == .ask:
            throw UploadError(.unexpectedAnswer, "the store does not say how far a frame is there: \(problem.detail)")
        default:
            try staging.discardFrame(id)
            throw UploadError(.rejected, "the store refuses a frame: \(problem.detail)")
        }
    }

    private func offset(in answer: StoreAnswer) -> Int? {
        answer.headers["upload-offset"].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
    }
}
