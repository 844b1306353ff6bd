import Testing
import Uploading

@testable import SchoolDaemon

@Suite("The turn of the upload")
struct UploadTurnTests {
    private var turn = UploadTurn(spread: 0.5, bootSeconds: 0)

    @Test("comes soon after the start, as nobody knows whether all was sent")
    func start() {
        #expect(turn.pause(bootSeconds: 0) == 5)
        #expect(turn.pause(bootSeconds: 5) == 0)
    }

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

    @Test("without a link, or with a login page on it, looks for one often, and after two hours now and then")
    mutating func offline() {
        var pauses: [Double] = []
        for _ in 0..<200 {
            turn.begin()
            turn.end(.noLink, bootSeconds: 100)
            turn.news(bootSeconds: 100)
            pauses.append(turn.pause(bootSeconds: 100) ?? -1)
        }
        #expect(pauses.prefix(4) == [30, 40, 40, 40])
        #expect(pauses.suffix(2) == [300, 300])
        let often = pauses.filter { $0 < 300 }.reduce(0, +)
        #expect((4500...7200).contains(often))
        turn.routesChanged(bootSeconds: 200)
        turn.begin()
        turn.end(.noLink, bootSeconds: 300)
        #expect(turn.pause(bootSeconds: 300) == 30, "and begins anew with each route")
    }

    @Test("that the link has cut off is tried again soon, however often that happens")
    mutating func cutOff() {
        var report = UploadReport()
        report.stopped = UploadError(.offline, "the connection broke")
        report.storeTime = (1_800_000_000, 0)
        for _ in 0..<200 {
            turn.begin()
            turn.end(UploadTurn.Ending(report), bootSeconds: 100)
            #expect(turn.pause(bootSeconds: 100) == 30)
        }
        report.storeTime = nil
        #expect(UploadTurn.Ending(report) == .noLink)
    }

    @Test("that a store in trouble does not take comes later and later, also when more is collected")
    mutating func failed() {
        var pauses: [Double] = []
        for _ in 0..<8 {
            turn.begin()
            turn.end(.failed, bootSeconds: 100)
            turn.news(bootSeconds: 100)
            pauses.append(turn.pause(bootSeconds: 100) ?? -1)
        }
        #expect(pauses == [30, 60, 120, 240, 480, 900, 900, 900])
    }

    @Test("comes soon when the routes change, and only if there is something to send")
    mutating func routes() {
        turn.begin()
        turn.end(.noLink, bootSeconds: 100)
        turn.routesChanged(bootSeconds: 110)
        #expect(turn.pause(bootSeconds: 110) == 5)
        #expect(turn.pause(bootSeconds: 115) == 0)
        turn.begin()
        turn.end(.sent, bootSeconds: 116)
        turn.routesChanged(bootSeconds: 117)
        #expect(turn.pause(bootSeconds: 116) == 21_600)
    }

    @Test(
        "a route that came during an attempt is tried as soon as that has failed, not at every stroke of a flapping one"
    )
    mutating func routesMeanwhile() {
        turn.begin()
        turn.routesChanged(bootSeconds: 90)
        turn.end(.noLink, bootSeconds: 100)
        #expect(turn.pause(bootSeconds: 100) == 10)
        turn.routesChanged(bootSeconds: 101)
        #expect(turn.pause(bootSeconds: 101) == 9)
        turn.begin()
        turn.end(.noLink, bootSeconds: 112)
        #expect(turn.pause(bootSeconds: 112) == 30, "nothing changed during this one")
        turn.begin()
        turn.routesChanged(bootSeconds: 140)
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
        turn.routesChanged(bootSeconds: 100)
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
        #expect(ending(UploadError(.offline, "")) == .noLink)
        #expect(ending(UploadError(.untrusted, "")) == .noLink, "somebody logs in at its page")
        #expect(ending(UploadError(.storeFull, "")) == .failed)
        #expect(ending(UploadError(.revoked, "")) == .needsPerson)
        #expect(ending(UploadError(.busy, "", retryAfter: 600)) == .askedToWait(600))
        #expect(ending(UploadError(.busy, "")) == .failed)
    }

    // MARK: A network that comes for 90 seconds

    /// What stands between a route and the first byte at most: the turn, and an attempt on the way that has begun too early.
    private static let longest = 10.0
    private static let connecting = Double(SessionSettings(address: "", trust: .unverified).connectTimeout)

    @Test("is used: from a route to the attempt are ten seconds at most, whatever came before", arguments: 0..<11)
    func soonAfterRoutes(tenth: Int) {
        for failures in [0, 1, 5, 200] {
            for flapping in [0, 1, 60] {
                var turn = UploadTurn(spread: Double(tenth) / 10, bootSeconds: 0)
                var now = 1000.0
                for _ in 0..<failures {
                    turn.begin()
                    turn.end(.noLink, bootSeconds: now)
                }
                let came = now + 0.5
                for stroke in 0...flapping { turn.routesChanged(bootSeconds: came + Double(stroke)) }
                now = came
                while let pause = turn.pause(bootSeconds: now), pause > 0 { now += pause }
                #expect(now - came <= Self.longest, "\(failures) failures, \(flapping) strokes")
            }
        }
        // One that was on its way goes to its time-out first.
        var turn = UploadTurn(spread: Double(tenth) / 10, bootSeconds: 0)
        turn.begin()
        turn.routesChanged(bootSeconds: 1000)
        let end = 1000 + Self.connecting
        turn.end(.noLink, bootSeconds: end)
        #expect(end + (turn.pause(bootSeconds: end) ?? .infinity) - 1000 <= Self.longest + Self.connecting)
        #expect(Self.longest + Self.connecting <= 45, "half of it is left for what is to be sent")
    }

    @Test("is found where no route tells of it: behind a router, or after a login at its page")
    func lookedFor() {
        for spread in [0, 0.5, 1] {
            var turn = UploadTurn(spread: spread, bootSeconds: 0)
            for _ in 0..<100 {
                turn.begin()
                turn.end(.noLink, bootSeconds: 100)
                #expect((turn.pause(bootSeconds: 100) ?? .infinity) + Self.connecting < 90)
            }
        }
    }

    @Test("does not bring 700 schools at once to the store, nor does power that comes back at nine")
    func crowd() {
        let schools = (0..<700).map { number in
            // As `School.spread`: of a hash.
            Double(UInt32(truncatingIfNeeded: number &* 2_654_435_761) % 1000) / 1000
        }
        func most(_ starts: [Double]) -> Int {
            Dictionary(grouping: starts, by: { Int($0) }).values.map(\.count).max() ?? 0
        }
        let starts = schools.map { UploadTurn(spread: $0, bootSeconds: 0).pause(bootSeconds: 0) ?? 0 }
        #expect(most(starts) <= 100)
        let routed = schools.map { spread in
            var turn = UploadTurn(spread: spread, bootSeconds: 0)
            for _ in 0..<5 {
                turn.begin()
                turn.end(.noLink, bootSeconds: 985)
            }
            turn.routesChanged(bootSeconds: 1000)
            return turn.pause(bootSeconds: 1000) ?? 0
        }
        #expect(most(routed) <= 100)
        let looking = schools.map { spread in
            var turn = UploadTurn(spread: spread, bootSeconds: 0)
            for _ in 0..<5 {
                turn.begin()
                turn.end(.noLink, bootSeconds: 0)
            }
            return turn.pause(bootSeconds: 0) ?? 0
        }
        #expect(most(looking) <= 60)
    }
}
