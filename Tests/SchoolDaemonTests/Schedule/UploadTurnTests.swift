import Testing

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
        turn.end(succeeded: true, needsPerson: false, bootSeconds: 12)
        #expect(turn.pause(bootSeconds: 12) == 0, "it may have come too late for the run before")
        turn.begin()
        turn.end(succeeded: true, needsPerson: false, bootSeconds: 13)
        #expect(turn.pause(bootSeconds: 13) == 21_600)
        turn.news(bootSeconds: 14)
        #expect(turn.pause(bootSeconds: 14) == 0)
    }

    @Test("without a link comes later and later, also when more is collected")
    mutating func offline() {
        var pauses: [Double] = []
        for _ in 0..<8 {
            turn.begin()
            turn.end(succeeded: false, needsPerson: false, bootSeconds: 100)
            turn.news(bootSeconds: 100)
            pauses.append(turn.pause(bootSeconds: 100) ?? -1)
        }
        #expect(pauses == [30, 60, 120, 240, 480, 900, 900, 900])
    }

    @Test("comes at once when the routes change, and only if there is something to send")
    mutating func routes() {
        turn.begin()
        turn.end(succeeded: false, needsPerson: false, bootSeconds: 100)
        turn.routesChanged()
        #expect(turn.pause(bootSeconds: 101) == 0)
        turn.begin()
        turn.end(succeeded: true, needsPerson: false, bootSeconds: 102)
        turn.routesChanged()
        #expect(turn.pause(bootSeconds: 102) == 21_600)
    }

    @Test("where a person is needed does not hurry")
    mutating func refused() {
        turn.begin()
        turn.end(succeeded: false, needsPerson: true, bootSeconds: 100)
        #expect(turn.pause(bootSeconds: 100) == 900)
    }
}
