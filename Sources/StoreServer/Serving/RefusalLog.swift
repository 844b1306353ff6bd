import Logging
import Synchronization
import Wire

/// Tells the operator of what was refused, and of the same refusal to the same machine not again for ten minutes: a
/// school tries again and again, and a stranger as often as he likes.
final class RefusalLog: Sendable {
    private struct Key: Hashable {
        let type: ProblemType
        let who: String
    }

    private static let interval: Duration = .seconds(600)
    private static let keyLimit = 4096

    private let logger: Logger
    private let now: @Sendable () -> Duration
    private let lastTold = Mutex<[Key: Duration]>([:])

    /// - Parameter now: readings of a clock that only goes forward.
    init(logger: Logger, now: @escaping @Sendable () -> Duration) {
        self.logger = logger
        self.now = now
    }

    /// - Parameter who: the school's id where it is known, else the address it came from.
    func tell(_ problem: Problem, to who: String) {
        guard Self.isWorthALine(problem.type), isDue(problem.type, who) else { return }
        logger.notice("\(who): refused (\(problem.type.slug)): \(problem.detail)")
    }

    /// A link that broke is no refusal, but tells why something takes long.
    func tell(_ link: BrokenLink, of who: String) {
        if isDue(.timeout, who) { logger.info("\(who): \(link.line)") }
    }

    private func isDue(_ type: ProblemType, _ who: String) -> Bool {
        let time = now()
        let key = Key(type: type, who: who)
        return lastTold.withLock { told in
            if let last = told[key], time - last < Self.interval { return false }
            if told.count >= Self.keyLimit { told = told.filter { time - $0.value < Self.interval } }
            // Still full: many machines at once. One line each is then too much as well.
            guard told.count < Self.keyLimit else { return false }
            told[key] = time
            return true
        }
    }

    /// What belongs to the ordinary way of an upload is not, and inner failures have a line of their own.
    private static func isWorthALine(_ type: ProblemType) -> Bool {
        ![.missingChunks, .baseGone, .offsetMismatch, .busy, .notFound, .timeout, .internal].contains(type)
    }
}
