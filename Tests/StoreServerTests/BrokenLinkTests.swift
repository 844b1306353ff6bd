import Content
import TestSupport
import Testing
import Wire

@testable import StoreServer

@Suite("What the operator hears of links that broke")
struct BrokenLinkTests {
    @Test("a commit that was cut is no malformed one: an ordinary line says how far it came")
    func cutCommit() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let begun = school.begunCommit(5000)
            try await RawTLS.sendAndGoAway(begun, to: store)
            try await store.until { store.lines.all.contains { $0.contains("link broke") } }
            #expect(
                store.lines.all.contains(
                    "info: mz150: the link broke after 11 of 5000 bytes of a request; it is expected to come again"))
            #expect(store.lines.all.allSatisfy { !$0.contains("refused") })
        }
    }

    @Test("a link that breaks again and again is one line in ten minutes")
    func once() {
        let lines = RecordingLog()
        let log = RefusalLog(logger: lines.logger, now: { .zero })
        for count in 0..<100 { log.tell(BrokenLink(received: count, announced: 200, isKept: true), of: "mz150") }
        #expect(
            lines.all == [
                "info: mz150: the link broke after 0 of 200 bytes of a frame's part, which are kept; "
                    + "the rest is expected to come"
            ])
    }

    @Test("what can still read an answer is told to come again")
    func answer() {
        let link = BrokenLink(received: 1, announced: nil, isKept: false)
        let (answer, forJournal) = ProblemAnswer.make(for: link)
        #expect(answer.problem.type == .timeout && forJournal == nil)
        #expect(answer.problem.detail == "The connection ended after 1 bytes.")
    }
}
