import Collecting
import LevelTree
import Testing

@testable import SchoolDaemon

@Suite("What people ask the daemon for")
struct RequestQueueTests {
    private struct Asked: Identifiable, Equatable { let id: String }

    private func queue(_ requests: (String, Set<Lane>)...) -> RequestQueue<Asked> {
        var queue = RequestQueue<Asked>()
        for (name, lanes) in requests { queue.add(Asked(id: name), lanes) }
        return queue
    }

    @Test("begins at once where its lanes are free, and else when they are")
    func begins() {
        var queue = queue(("collect media", [.heavy]), ("upload", [.upload]))
        #expect(queue.begin(taken: [.heavy]).map(\.id) == ["upload"])
        #expect(queue.begin(taken: [.heavy]).isEmpty)
        #expect(queue.begin(taken: []).map(\.id) == ["collect media"])
        #expect(queue.begin(taken: []).isEmpty)
    }

    @Test("goes one at a time on each lane, in the order of coming, and nobody who came later overtakes")
    func order() {
        var queue = queue(("first", [.heavy, .light]), ("second", [.heavy]), ("third", [.light]))
        #expect(queue.begin(taken: [.light]).isEmpty)
        #expect(queue.begin(taken: []).map(\.id) == ["first"])
        #expect(queue.begin(taken: []).isEmpty)
        queue.remove("first")
        #expect(queue.begin(taken: []).map(\.id) == ["second", "third"])
    }

    @Test("has the daemon's own work wait, while it runs and while it waits itself")
    func lanes() {
        var queue = queue(("collect media", [.heavy]), ("upload", [.upload]))
        #expect(queue.lanes == [.heavy, .upload])
        _ = queue.begin(taken: [.upload])
        #expect(queue.lanes == [.heavy, .upload])
        #expect(queue.running(on: [.heavy, .light]).map(\.id) == ["collect media"])
        queue.remove("collect media")
        #expect(queue.lanes == [.upload])
    }

    @Test("is let go when nobody waits for it any more; what runs is to be ended first")
    func abandoned() {
        var queue = queue(("runs", [.heavy]), ("waits", [.heavy]))
        _ = queue.begin(taken: [])
        #expect(queue.abandon("waits") == nil)
        #expect(queue.abandon("runs") == Asked(id: "runs"))
        #expect(queue.all.map(\.id) == ["runs"])
        queue.remove("runs")
        #expect(queue.lanes.isEmpty)
    }

    @Test("takes the lanes of all that it collects, and the upload's for what the store is told")
    func lanesOfRequests() throws {
        let (media, heartbeat) = (Dataset.of("media"), Dataset.of("heartbeat"))
        #expect(SchoolRequest.collect([heartbeat]).lanes(enabled: [media]) == [.light])
        #expect(SchoolRequest.collect([media]).lanes(enabled: [heartbeat]) == [.heavy])
        #expect(SchoolRequest.collect(nil).lanes(enabled: [media, heartbeat]) == [.heavy, .light])
        #expect(SchoolRequest.runScript(.progress, user: nil).lanes(enabled: []) == [.heavy])
        #expect(SchoolRequest.upload(nil).lanes(enabled: []) == [.upload])
        #expect(try SchoolRequest.madeUpEnrolment().lanes(enabled: []) == [.upload])
    }
}
