import Synchronization
import TestSupport
import Testing
import Wire

@testable import StoreServer

@Suite("What the operator hears of refusals")
struct RefusalLogTests {
    @Test("the same refusal to the same machine is told once in ten minutes")
    func once() {
        let lines = RecordingLog()
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
        let lines = RecordingLog()
        let log = RefusalLog(logger: lines.logger, now: { .zero })
        for type in [ProblemType.missingChunks, .baseGone, .offsetMismatch, .busy, .notFound] {
            log.tell(Problem(type, "Ordinary."), to: "mz150")
        }
        #expect(lines.all.isEmpty)
    }

    @Test("strangers from many addresses cannot fill the journal or the memory")
    func bounded() {
        let lines = RecordingLog()
        let log = RefusalLog(logger: lines.logger, now: { .zero })
        for number in 0..<20_000 { log.tell(Problem(.unauthorized, "No token."), to: "address \(number)") }
        #expect(lines.all.count == 4096)
    }
}
