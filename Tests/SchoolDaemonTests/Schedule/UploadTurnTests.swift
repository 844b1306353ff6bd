import Testing
import Uploading

@testable import SchoolDaemon

@Suite("The turn of the upload")
struct UploadTurnTests {
    private var turn = UploadTurn(spread: 0.5)

    @Test("comes at the start, as nobody knows whether all was sent")
    func start() { #expect(turn.pause(bootSeconds: 5) == 0) }

    @Test("comes with each thing that was collected, and never twice at a time")
    mutating func news() {
        turn.begin()
        #expect(turn.pause(bootSeconds: 10) == nil)
        turn.news(bootSeconds: 11)
        turn.end(.sent, bootSeconds: 12)
        #expect(turn.pause(bootSeconds: 12) == 0, "it may have come too late for the run before")
        turn.begin()
        turn.end(.sent, bootSeconds: 13)
        #expect(turn.pause(bootSeconds: 13) == 21_600)
        turn.news(bootSeconds: 14)
        #expect(turn.pause(bootSeconds: 14) == 0)
    }

    @Test(
        "waits for what our own settings hold back, also when more is collected, and goes on as soon as they allow it")
    mutating func held() {
        #expect(turn.pause(bootSeconds: 5, held: 7200) == 7200)
        #expect(turn.pause(bootSeconds: 7205, held: 0) == 0)
        turn.begin()
        var report = UploadReport()
        report.stopped = UploadError(.outsideWindows, "no window is open")
        turn.end(UploadTurn.Ending(report), bootSeconds: 8000)
        turn.news(bootSeconds: 8001)
        #expect(turn.pause(bootSeconds: 8002, held: 40_000) == 40_000)
        #expect(turn.pause(bootSeconds: 48_002, held: 0) == 0)
    }

    @Test("without a link comes later and later, also when more is collected")
    mutating func offline() {
        var pauses: [Double] = []
        for _ in 0..<8 {
            turn.begin()
            turn.end(.failed, bootSeconds: 100)
            turn.news(bootSeconds: 100)
            pauses.append(turn.pause(bootSeconds: 100) ?? -1)
        }
        #expect(pauses == [30, 60, 120, 240, 480, 900, 900, 900])
    }

    @Test("comes at once when the routes change, and only if there is something to send")
    mutating func routes() {
        turn.begin()
        turn.end(.failed, bootSeconds: 100)
        turn.routesChanged()
        #expect(turn.pause(bootSeconds: 110) == 0)
        turn.begin()
        turn.end(.sent, bootSeconds: 112)
        turn.routesChanged()
        #expect(turn.pause(bootSeconds: 112) == 21_600)
    }

    @Test(
        "a route that came during an attempt is tried as soon as that has failed, not at every stroke of a flapping one"
    )
    mutating func routesMeanwhile() {
        turn.begin()
        turn.routesChanged()
        turn.end(.failed, bootSeconds: 100)
        #expect(turn.pause(bootSeconds: 100) == 10)
        turn.routesChanged()
        #expect(turn.pause(bootSeconds: 101) == 9)
        turn.begin()
        turn.end(.failed, bootSeconds: 112)
        #expect(turn.pause(bootSeconds: 112) == 30, "nothing changed during this one")
        turn.begin()
        turn.routesChanged()
        turn.end(.sent, bootSeconds: 150)
        #expect(turn.pause(bootSeconds: 150) == 21_600, "it got through")
    }

    @Test("where a person is needed does not hurry")
    mutating func refused() {
        turn.begin()
        turn.end(.needsPerson, bootSeconds: 100)
        #expect(turn.pause(bootSeconds: 100) == 900)
    }

    @Test("a dataset that the store does not take holds up no other, and is tried less and less often")
    mutating func inPart() {
        var pauses: [Double] = []
        for _ in 0..<7 {
            turn.begin()
            turn.end(.sentInPart, bootSeconds: 100)
            pauses.append(turn.pause(bootSeconds: 100) ?? -1)
        }
        #expect(pauses == [900, 1800, 3600, 7200, 14_400, 21_600, 21_600])
        turn.news(bootSeconds: 101)
        #expect(turn.pause(bootSeconds: 101) == 0)
    }

    @Test("is not before the store wants to be asked again, whatever the routes do")
    mutating func asked() {
        turn.begin()
        turn.end(.askedToWait(1000), bootSeconds: 100)
        turn.routesChanged()
        turn.news(bootSeconds: 101)
        #expect(turn.pause(bootSeconds: 200) == 1025, "and in each school a little later")
        turn.beginAnew()
        #expect(turn.pause(bootSeconds: 201) == 0, "it may be another store")
        turn.begin()
        turn.end(.askedToWait(.max), bootSeconds: 0)
        #expect(turn.pause(bootSeconds: 0) == 97_200, "a day, whatever the store says")
    }

    @Test("follows from what the attempt came to")
    func endings() {
        func ending(_ stopped: UploadError?) -> UploadTurn.Ending {
            var report = UploadReport()
            report.stopped = stopped
            return UploadTurn.Ending(report)
        }
        #expect(ending(nil) == .sent)
        #expect(ending(UploadError(.offline, "")) == .failed)
        #expect(ending(UploadError(.untrusted, "")) == .failed, "a login page is gone with the network")
        #expect(ending(UploadError(.revoked, "")) == .needsPerson)
        #expect(ending(UploadError(.busy, "", retryAfter: 600)) == .askedToWait(600))
        #expect(ending(UploadError(.busy, "")) == .failed)
    }
}
