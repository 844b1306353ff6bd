import Testing

@testable import StoreServer

@Suite("A connection's client must make progress")
struct RequestWatchTests {
    private let bounds = RequestWatch.Bounds(
        firstRequest: .seconds(20), minimumBytes: 1000, period: .seconds(90), drainBytes: 5000,
        drainTime: .seconds(10))

    private func receiving() -> RequestWatch {
        var watch = RequestWatch(bounds: bounds)
        watch.requestBegan(at: .zero)
        watch.serverAsksForMore()
        return watch
    }

    @Test("a connection whose first request does not come is closed, and one that has asked is left to its own time")
    func opening() {
        var watch = RequestWatch(bounds: bounds)
        watch.connectionOpened(at: .seconds(5))
        #expect(watch.isWatching)
        #expect(watch.tick(at: .seconds(24)) == .goOn)
        var asking = watch
        #expect(watch.tick(at: .seconds(25)) == .close)
        asking.requestBegan(at: .seconds(24))
        #expect(asking.requestEnded() == .goOn)
        #expect(asking.tick(at: .seconds(1000)) == .goOn)
    }

    @Test("a body that drips is cut off after one period")
    func drips() {
        var watch = receiving()
        for second in 1..<90 {
            #expect(watch.bodyArrived(1, at: .seconds(second)) == .goOn)
            #expect(watch.tick(at: .seconds(second)) == .goOn)
        }
        #expect(watch.tick(at: .seconds(90)) == .close)
    }

    @Test("a slow but steady body goes on for as long as it takes")
    func steady() {
        var watch = receiving()
        for minute in 1...600 {
            #expect(watch.bodyArrived(1000, at: .seconds(60 * minute)) == .goOn)
            #expect(watch.tick(at: .seconds(60 * minute)) == .goOn)
        }
    }

    @Test("a client is not blamed while the server itself does not read")
    func serverBehind() {
        var watch = receiving()
        watch.clientDelivered()
        #expect(watch.tick(at: .seconds(91)) == .goOn)
        watch.serverAsksForMore()
        #expect(watch.tick(at: .seconds(182)) == .close)
    }

    @Test("an answer to a request that is all there leaves the connection open")
    func keepAlive() {
        var watch = receiving()
        #expect(watch.requestEnded() == .goOn)
        let mustEnd = watch.responseBegins()
        #expect(!mustEnd)
        watch.responseEnded(at: .seconds(1))
        #expect(!watch.isWatching)
        #expect(watch.tick(at: .seconds(1000)) == .goOn)
    }

    @Test("an early answer announces the end, and the rest of the body is read within bounds")
    func earlyAnswer() {
        var watch = receiving()
        let mustEnd = watch.responseBegins()
        #expect(mustEnd)
        watch.responseEnded(at: .seconds(1))
        #expect(watch.bodyArrived(5000, at: .seconds(2)) == .goOn)
        var ended = watch
        #expect(ended.requestEnded() == .close)
        #expect(watch.bodyArrived(1, at: .seconds(2)) == .close)
    }

    @Test("a client that sends nothing more after an early answer is let go as well")
    func silentAfterAnswer() {
        var watch = receiving()
        _ = watch.responseBegins()
        watch.responseEnded(at: .seconds(1))
        #expect(watch.tick(at: .seconds(10)) == .goOn)
        #expect(watch.tick(at: .seconds(12)) == .close)
    }
}
