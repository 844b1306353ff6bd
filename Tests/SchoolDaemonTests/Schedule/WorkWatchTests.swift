import Synchronization
import Testing

@testable import SchoolDaemon

@Suite("The watch over a piece of work")
struct WorkWatchTests {
    private final class Clock: Sendable {
        let seconds = Mutex(1000.0)
        func pass(_ more: Double) { seconds.withLock { $0 += more } }
    }

    private let clock = Clock()
    private let watch: WorkWatch

    init() { watch = WorkWatch(allowing: 100) { [clock] in clock.seconds.withLock { $0 } } }

    @Test("knows when its time is over")
    func over() {
        clock.pass(100)
        #expect(!watch.isOver)
        clock.pass(1)
        #expect(watch.isOver)
    }

    @Test("gives the whole time again to what gets on, as an upload does for days")
    func gotOn() {
        for _ in 0..<50 {
            clock.pass(99)
            watch.gotOn()
        }
        #expect(!watch.isOver)
        clock.pass(101)
        #expect(watch.isOver, "it got stuck")
    }

    @Test("does not count the time in which other work is waited for")
    func waits() {
        clock.pass(60)
        watch.waits()
        clock.pass(7200)
        #expect(!watch.isOver)
        watch.goesOn()
        clock.pass(40)
        #expect(!watch.isOver)
        clock.pass(1)
        #expect(watch.isOver)
    }
}
