import Content
import Wire

/// The way of one frame to the store, after any number of cuts. Pure: it says which request comes next and is told the
/// answer.
///
/// A fresh frame goes straight from its first byte; the offset is asked for only after a cut, or when the frame was
/// spooled by an earlier run. The store's word on the offset counts, whatever was sent.
struct FrameTransfer {
    enum Step: Equatable {
        /// `HEAD`: how far is it there?
        case ask
        /// `PATCH` from this offset.
        case send(from: Int)
    }

    enum Event: Equatable {
        /// No whole answer came.
        case broken
        /// `HEAD` or a refused `PATCH` named an offset.
        case offset(Int, isComplete: Bool)
        /// `HEAD` knows no such frame.
        case unknown
        /// The frame is verified and durable at the store.
        case kept
        /// What the store has under this name is something else; it has dropped it.
        case mismatch
        /// The frame leans on chunks that the store does not have for this school.
        case baseGone
    }

    enum Ending: Equatable {
        case goOn
        case kept
        /// These bytes will not do: make the frame anew from staging.
        case rebuild
    }

    /// Of the frame's body.
    let length: Int
    private(set) var next: Step
    /// The highest offset the store has named.
    private(set) var confirmed = 0
    /// Where the first part began that was sent.
    private var began: Int?
    private var mismatches = 0
    private var corrections = 0

    /// Bytes of a kept frame that this transfer has brought.
    var moved: Int { began.map { length - $0 } ?? 0 }

    init(length: Int, isFresh: Bool) {
        self.length = length
        next = isFresh ? .send(from: 0) : .ask
    }

    /// - Returns: what becomes of the frame, and whether the store confirmed bytes that it had not confirmed before.
    mutating func after(_ event: Event) -> (ending: Ending, isProgress: Bool) {
        if case .send(let offset) = next { began = min(began ?? offset, offset) }
        switch event {
        case .broken:
            next = .ask
            return (.goOn, false)
        case .kept, .offset(_, isComplete: true): return (.kept, true)
        case .unknown:
            next = .send(from: 0)
            return (corrected(), false)
        case .offset(let offset, _):
            guard (0...length).contains(offset) else { return failed() }
            let isProgress = offset > confirmed
            confirmed = max(confirmed, offset)
            if isProgress { corrections = 0 }
            next = .send(from: offset)
            return (isProgress ? .goOn : corrected(), isProgress)
        case .mismatch: return failed()
        case .baseGone: return (.rebuild, false)
        }
    }

    /// An offset that brings nothing new is what follows a cut; a store that names the same one for ever is broken.
    private mutating func corrected() -> Ending {
        corrections += 1
        return corrections > FrameTransfer.mostCorrections ? .rebuild : .goOn
    }

    private mutating func failed() -> (ending: Ending, isProgress: Bool) {
        mismatches += 1
        confirmed = 0
        next = .ask
        // Once may be the store's own loss of power in the middle of a frame; twice is the frame.
        return (mismatches > 1 ? .rebuild : .goOn, false)
    }

    static let mostCorrections = 16
}
