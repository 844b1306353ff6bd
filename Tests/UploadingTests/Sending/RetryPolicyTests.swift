import Testing

@testable import Uploading

struct RetryPolicyTests {
    private typealias Event = RetryPolicy.Event
    private typealias Action = RetryPolicy.Action

    private func actions(_ events: [Event], _ limits: RetryPolicy.Limits = .init()) -> [Action] {
        var policy = RetryPolicy(limits, jitter: { 1 })
        return events.map { policy.after($0) }
    }

    @Test func `offline from the start is not now, at once`() {
        #expect(actions([.transferFailed(.unreachable)]) == [.notNow])
    }

    @Test func `a link that goes away after contact is tried again, later and later, then left`() {
        let lost = Event.transferFailed(.unreachable)
        #expect(
            actions([.progress, lost, lost, lost, lost])
                == [
                    .goOn, .retry(afterSeconds: 0.5), .retry(afterSeconds: 1), .retry(afterSeconds: 2), .notNow,
                ])
    }

    @Test func `a link that breaks again and again but brings something each time is never left`() {
        for action in actions((0..<200).flatMap { _ in [Event.transferFailed(.cut), .progress] }) {
            #expect(action == .goOn || action == .retry(afterSeconds: 0.5))
        }
    }

    @Test func `a link that breaks without bringing anything is left after a bounded number of attempts`() {
        let ends = actions(Array(repeating: .transferFailed(.cut), count: 4))
        #expect(ends.last == .notNow)
        #expect(ends.dropLast().allSatisfy { $0 != .notNow })
    }

    @Test func `delays stop growing`() {
        let limits = RetryPolicy.Limits(attempts: 50, longestDelay: 8)
        let delays = actions(Array(repeating: .transferFailed(.stalled), count: 49), limits)
        #expect(delays.last == .retry(afterSeconds: 8))
    }

    @Test(arguments: [TransferFailure.Kind.untrusted, .unusable, .oversized])
    func `what no repetition changes is not repeated`(kind: TransferFailure.Kind) {
        #expect(actions([.progress, .transferFailed(kind)]) == [.goOn, .giveUp])
    }

    @Test func `a stop is obeyed`() {
        #expect(actions([.progress, .transferFailed(.cancelled)]) == [.goOn, .notNow])
    }

    @Test func `the store's wish is the least wait, and a long one ends the run`() {
        #expect(actions([.askedToWait(seconds: 5)]) == [.retry(afterSeconds: 5.5)])
        #expect(actions([.askedToWait(seconds: nil)]) == [.retry(afterSeconds: 0.5)])
        #expect(actions([.askedToWait(seconds: 3600)]) == [.notNow])
    }

    @Test func `jitter spreads from half of the delay to all of it`() {
        var early = RetryPolicy(jitter: { 0 })
        #expect(early.after(.transferFailed(.cut)) == .retry(afterSeconds: 0.25))
    }
}
