import CLinux
import Content
import Wire

/// What one run says to the store: requests with their repetitions, and answers taken apart.
///
/// It owns the run's patience. A request that may simply be repeated goes through `call`; a frame, which goes on inside
/// itself, uses `attempt` and `pause`.
final class StoreConversation {
    private let transport: any StoreTransport
    private var policy: RetryPolicy
    private let wait: (Double) -> Void
    private let stop: StopSignal
    private let manners: TransferManners
    /// Bytes per second that may be sent now; nil for no limit.
    let rate: () -> UInt64?
    /// Nanoseconds of the boot clock.
    let now: () -> UInt64
    /// Of what travelled, in bytes.
    private var counted: UInt64 = 0

    /// - Parameter wait: sleeps so many seconds, or until the stop signal is set.
    init(
        transport: any StoreTransport, policy: RetryPolicy, stop: StopSignal,
        manners: TransferManners = TransferManners(),
        rate: @escaping () -> UInt64? = { nil },
        now: @escaping () -> UInt64 = { UInt64(clinux_boot_nanoseconds()) },
        wait: @escaping (Double) -> Void
    ) {
        self.transport = transport
        self.policy = policy
        self.stop = stop
        self.manners = manners
        self.rate = rate
        self.now = now
        self.wait = wait
    }

    enum Reply {
        case success(StoreAnswer)
        /// With the answer for its headers.
        case refused(Problem, StoreAnswer)
    }

    var wireBytes: WireBytes { transport.wireBytes }

    /// One request, one answer. Refusals that concern the whole installation are thrown.
    func attempt(_ request: StoreRequest) throws -> Reply {
        try checkManners(isGreeting: request.path == Self.greeting)
        // Also what a request that failed has cost.
        defer { countTraffic() }
        let answer = try transport.exchange(request)
        if (200..<300).contains(answer.status) { return .success(answer) }
        let problem = Problem(of: answer, to: request)
        if let error = UploadError(refusal: problem) { throw error }
        return .refused(problem, answer)
    }

    /// - Throws: `UploadError` if nothing more may be sent now.
    func checkManners(isGreeting: Bool = false) throws {
        if let refusal = manners.refusal(isGreeting) { throw refusal }
    }

    private func countTraffic() {
        let total = transport.wireBytes.up &+ transport.wireBytes.down
        guard total > counted else { return }
        manners.travelled(total - counted)
        counted = total
    }

    static let greeting = "/v1/hello"

    /// Sends the request until there is an answer that repeating does not change.
    /// - Throws: `UploadError` when the run's patience is at its end.
    func call(_ request: StoreRequest) throws -> Reply {
        while true {
            do {
                let reply = try attempt(request)
                guard case .refused(let problem, _) = reply, problem.passes else {
                    noteProgress()
                    return reply
                }
                try pause(after: problem)
            } catch let failure as TransferFailure {
                try pause(after: failure)
            }
        }
    }

    /// The store confirmed something new.
    func noteProgress() { _ = policy.after(.progress) }

    /// Waits before a repetition.
    /// - Throws: `UploadError` if there should be none.
    func pause(after failure: TransferFailure) throws {
        try act(on: policy.after(.transferFailed(failure.kind)), otherwise: UploadError(failure))
    }

    func pause(after problem: Problem) throws {
        try act(
            on: policy.after(.askedToWait(seconds: problem.retryAfter)),
            otherwise: UploadError(
                .busy, "the store asks to come later: \(problem.detail)", retryAfter: problem.retryAfter))
    }

    private func act(on action: RetryPolicy.Action, otherwise error: UploadError) throws {
        guard case .retry(let seconds) = action else { throw error }
        wait(seconds)
        if stop.isSet { throw UploadError(.stopped, "the upload was stopped") }
    }
}

extension Problem {
    /// What a refusal says, or what its status lets guess: a proxy on the way answers in its own words.
    init(of answer: StoreAnswer, to request: StoreRequest) {
        if let problem = try? WireCoding.decode(Problem.self, from: answer.body) {
            self = problem
            self.status = answer.status
        } else {
            let type: ProblemType =
                switch answer.status {
                case 401: .unauthorized
                case 404: .notFound
                case 408, 429, 502, 503, 504: .busy
                case 413: .tooLarge
                case 507: .storeFull
                case 500...: .internal
                default: .malformed
                }
            self.init(
                type,
                "\(request.method.rawValue) \(request.path) was answered with status \(answer.status) and no reason")
            self.status = answer.status
        }
        retryAfter = retryAfter ?? answer.headers["retry-after"].flatMap { Int($0) }
    }

    /// Whether the same request may succeed later, without anybody doing anything here.
    var passes: Bool { type == .busy || type == .timeout || type == .internal || status == 429 || status == 503 }
}
