import Foundation

/// When in an upload something is killed, and what: drawn at random, the same for the same seed.
struct KillMoment: CustomStringConvertible {
    enum Stage: String, CaseIterable {
        case hello, question, frame, betweenFrames = "between frames", commit, receipt, report
    }

    enum Victim: String, CaseIterable { case school, store, both }

    let stage: Stage
    let victim: Victim
    /// Which of the stage's requests.
    let occurrence: Int
    /// From 0 to 1: where in it.
    let part: Double
    let microseconds: Int
    /// Whether a school whose store was killed goes on by its own patience.
    let goesOn: Bool

    init(_ random: inout EndToEnd.Killed.Seeded) {
        stage = Stage.allCases.randomElement(using: &random) ?? .frame
        victim = [.school, .school, .school, .store, .both].randomElement(using: &random) ?? .school
        let isRepeated = [.frame, .betweenFrames, .commit, .receipt].contains(stage)
        occurrence = isRepeated ? [0, 0, 0, 1, 2].randomElement(using: &random) ?? 0 : 0
        part = Double.random(in: 0..<1, using: &random)
        microseconds = Int.random(in: 0...30_000, using: &random)
        goesOn = Int.random(in: 0..<4, using: &random) == 0
    }

    var description: String {
        "\(victim.rawValue) at \(stage.rawValue) \(occurrence + 1), \(part), after \(microseconds) µs"
    }

    var killsSchool: Bool { victim != .store }
    var killsStore: Bool { victim != .school }

    fileprivate var request: String {
        switch stage {
        case .hello: "GET /v1/hello"
        case .question: "POST /v1/chunks/missing"
        case .frame, .betweenFrames: "PATCH /v1/frames/"
        case .commit, .receipt: "POST /v1/snapshots"
        case .report: "POST /v1/reports"
        }
    }

    /// What the proxy is told, so that `kill` is called once at this moment.
    fileprivate enum Point { case begin, bytes, answerLost, answerGiven }

    fileprivate var point: Point {
        switch stage {
        case .frame: .bytes
        case .betweenFrames: part < 0.3 ? .answerLost : .answerGiven
        case .receipt: .answerGiven
        case .commit: part < 0.4 ? .begin : part < 0.6 ? .bytes : .answerLost
        case .hello, .question, .report: part < 0.3 ? .begin : part < 0.6 ? .answerLost : .answerGiven
        }
    }
}

/// Waits in a proxy for one moment of one upload.
///
/// `@unchecked Sendable`: what changes after `init` is only touched while the lock is held.
final class Ambush: @unchecked Sendable {
    private let moment: KillMoment
    private let kill: @Sendable () -> Void
    private let lock = NSLock()
    private var requests = 0
    private var answers = 0
    private var isOver = false

    init(_ proxy: Proxy, _ moment: KillMoment, kill: @escaping @Sendable () -> Void) {
        self.moment = moment
        self.kill = kill
        proxy.onRequest { [weak self, weak proxy] in if let proxy { self?.hear($0, proxy) } }
        proxy.onAnswer { [weak self] in self?.judge($0) ?? .pass }
    }

    /// Nothing is killed any more.
    func end(_ proxy: Proxy) {
        lock.withLock { isOver = true }
        proxy.whenSent(.max) {}
    }

    /// With the lock held: nobody who has ended this is surprised by a kill that was on its way.
    private func strike() {
        lock.withLock {
            guard !isOver else { return }
            isOver = true
            kill()
        }
    }

    private func hear(_ request: String, _ proxy: Proxy) {
        guard request.hasPrefix(moment.request) else { return }
        let number = lock.withLock {
            requests += 1
            return requests - 1
        }
        guard number == moment.occurrence else { return }
        switch moment.point {
        case .begin: strike()
        // Most frames of the test's content have more bytes, and so has a commit.
        case .bytes:
            let most = moment.stage == .frame ? 100_000.0 : 900
            proxy.whenSent(proxy.counts.up + 1 + Int(moment.part * most)) { [weak self] in self?.strike() }
        case .answerLost, .answerGiven: break
        }
    }

    private func judge(_ exchange: Proxy.Exchange) -> Proxy.Verdict {
        guard exchange.request.hasPrefix(moment.request) else { return .pass }
        let number = lock.withLock {
            answers += 1
            return answers - 1
        }
        guard number == moment.occurrence else { return .pass }
        switch moment.point {
        case .begin, .bytes: return .pass
        case .answerLost:
            strike()
            return .loseAnswer
        case .answerGiven:
            DispatchQueue.global().asyncAfter(deadline: .now() + .microseconds(moment.microseconds)) { self.strike() }
            return .pass
        }
    }
}
