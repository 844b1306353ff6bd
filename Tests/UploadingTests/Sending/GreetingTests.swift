import Content
import LevelTree
import Testing
import Wire

@testable import Staging
@testable import Uploading

struct GreetingTests {
    private func head(_ name: String, _ sequence: UInt64, _ snapshot: String) throws -> Head {
        Head(
            dataset: try #require(Dataset(name: name)), year: try Year(2018), sequence: sequence,
            snapshot: ChunkID(hashing: Array(snapshot.utf8)))
    }

    private func hello(_ heads: [Head] = [], highest: UInt64 = 0, wait: Int? = nil) -> Hello {
        Hello(
            time: 0, limits: .standard, chunkProfile: 1, common: false, heads: heads, highestSequence: highest,
            wait: wait)
    }

    private func local(last: UInt64, _ heads: [Head] = [], pending: [PendingCommit] = []) -> Greeting.Local {
        Greeting.Local(lastSequence: last, heads: heads, pending: pending)
    }

    private func isRestored(_ verdict: Greeting.Verdict) -> Bool {
        guard case .refuse(let error) = verdict else { return false }
        return error.code == .restored && error.isPermanent && error.exitStatus == 77
    }

    @Test func `a store that knows what we know is fine`() throws {
        let heads = [try head("db", 7, "x")]
        #expect(Greeting.judge(hello(heads, highest: 7), local(last: 9, heads)) == .goOn)
        #expect(Greeting.judge(hello(), local(last: 0)) == .goOn)
    }

    @Test func `a store that knows a higher sequence met this machine in a time it does not remember`() {
        #expect(isRestored(Greeting.judge(hello(highest: 10), local(last: 9))))
    }

    @Test func `heads that another machine with our token has moved are refused`() throws {
        let (ours, theirs) = (try head("db", 7, "x"), try head("db", 8, "y"))
        #expect(isRestored(Greeting.judge(hello([theirs], highest: 8), local(last: 9, [ours]))))
    }

    @Test func `a head that we never had is refused, though our counter has gone past it`() throws {
        #expect(isRestored(Greeting.judge(hello([try head("db", 2, "x")], highest: 2), local(last: 30))))
    }

    @Test func `a commit whose answer was lost explains a head that is new to us`() throws {
        let (ours, theirs) = (try head("db", 7, "x"), try head("db", 8, "y"))
        let pending = PendingCommit(sequence: 8, dataset: ours.dataset, year: ours.year, request: [])
        #expect(Greeting.judge(hello([theirs], highest: 8), local(last: 8, [ours], pending: [pending])) == .goOn)
    }

    @Test func `a store whose wish is to be left alone is left alone`() {
        #expect(Greeting.judge(hello(wait: 600), local(last: 0)) == .wait(seconds: 600))
        #expect(Greeting.judge(hello(wait: 0), local(last: 0)) == .goOn)
    }
}
