import Synchronization
import Uploading

/// Lets one upload go on as long as the manners allow, and counts what it sends and receives.
final class UploadGate: Sendable {
    private struct State {
        /// By the boot clock.
        var ratedAt = -Double.infinity
        var rate: UInt64?
        /// Bytes that could not be written down yet, and why.
        var uncounted: UInt64 = 0
        var problem: (any Error)?
    }

    private let school: School
    private let isAsked: Bool
    private let state = Mutex(State())

    /// - Parameter isAsked: a person wants it now.
    init(_ school: School, isAsked: Bool) {
        self.school = school
        self.isAsked = isAsked
    }

    var manners: TransferManners {
        TransferManners(refusal: { self.refusal(isGreeting: $0) }, travelled: { self.count($0) })
    }

    /// Bytes a second; asked for each slice that is sent, and thought over now and then.
    func rate() -> UInt64? {
        let now = school.clock.bootSeconds()
        return state.withLock { state in
            if now - state.ratedAt >= Self.rateLasts {
                let manners = UploadManners(settings: school.settings.upload)
                (state.rate, state.ratedAt) = (manners.verdict(wall: school.wallSeconds, used: 0).rate, now)
            }
            return state.rate
        }
    }

    private func refusal(isGreeting: Bool) -> UploadError? {
        do {
            // What cannot be counted must not be sent where somebody pays for it.
            if school.settings.upload.monthlyLimit != nil, state.withLock({ $0.problem != nil }) {
                count(0)
                if let problem = state.withLock({ $0.problem }) { throw problem }
            }
            let verdict = try school.uploadVerdict(isAsked: isAsked)
            guard let hold = verdict.hold, !(isGreeting && verdict.mayGreet) else { return nil }
            let sentence = school.sentence(of: hold, verdict.change)
            return UploadError(hold == .window ? .outsideWindows : .monthlyLimit, sentence)
        } catch {
            return UploadError(.staging, "what this month's uploads have sent cannot be counted: \(error)")
        }
    }

    /// The run is over: what it sent and received last is written down, too.
    func end() { count(0, step: 1) }

    private func count(_ bytes: UInt64) {
        count(bytes, step: school.settings.upload.monthlyLimit == nil ? Self.unlimitedStep : 1)
    }

    private func count(_ bytes: UInt64, step: UInt64) {
        state.withLock { state in
            state.uncounted &+= bytes
            guard state.uncounted >= step else { return }
            do {
                try school.count(traffic: state.uncounted)
                (state.uncounted, state.problem) = (0, nil)
            } catch {
                state.problem = error
            }
        }
    }

    /// Where nothing goes by the count, it does not cost a durable write for each frame.
    private static let unlimitedStep: UInt64 = 16 << 20
    /// Seconds.
    private static let rateLasts = 5.0
}
