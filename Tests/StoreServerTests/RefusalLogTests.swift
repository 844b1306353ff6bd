import Logging
import Synchronization
import Testing
import Wire

@testable import StoreServer

/// Keeps what was logged.
final class LoggedLines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    private struct Handler: LogHandler {
        let lines: LoggedLines
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.lines.withLock { $0.append("\(event.level): \(event.message)") }
        }
    }
}

@Suite("What the operator hears of refusals")
struct RefusalLogTests {
    @Test("the same refusal to the same machine is told once in ten minutes")
    func once() {
        let lines = LoggedLines()
        let time = Mutex(Duration.zero)
        let log = RefusalLog(logger: lines.logger, now: { time.withLock { $0 } })
        let revoked = Problem(.revoked, "This machine was revoked.")
        for second in 0..<600 {
            time.withLock { $0 = .seconds(second) }
            log.tell(revoked, to: "mz150")
        }
        #expect(lines.all == ["notice: mz150: refused (revoked): This machine was revoked."])
        log.tell(Problem(.forked, "Another."), to: "mz150")
        log.tell(revoked, to: "rj280")
        time.withLock { $0 = .seconds(600) }
        log.tell(revoked, to: "mz150")
        #expect(lines.all.count == 4)
    }

    @Test("what belongs to an ordinary upload is no line")
    func ordinary() {
        let lines = LoggedLines()
        let log = RefusalLog(logger: lines.logger, now: { .zero })
        for type in [ProblemType.missingChunks, .baseGone, .offsetMismatch, .busy, .notFound] {
            log.tell(Problem(type, "Ordinary."), to: "mz150")
        }
        #expect(lines.all.isEmpty)
    }

    @Test("strangers from many addresses cannot fill the journal or the memory")
    func bounded() {
        let lines = LoggedLines()
        let log = RefusalLog(logger: lines.logger, now: { .zero })
        for number in 0..<20_000 { log.tell(Problem(.unauthorized, "No token."), to: "address \(number)") }
        #expect(lines.all.count == 4096)
    }
}
