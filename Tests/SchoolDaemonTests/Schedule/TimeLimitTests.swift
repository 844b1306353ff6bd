import Synchronization
import Testing

@testable import SchoolDaemon

@Suite("The time limit of a dataset")
struct TimeLimitTests {
    @Test("is not used up by waiting for another dataset that is being staged")
    func waiting() throws {
        let clock = Box(Mutex(0.0))
        func pass(_ seconds: Double) { clock.value.withLock { $0 += seconds } }
        var limit = TimeLimit(.seconds(100)) { clock.value.withLock { $0 } }
        pass(60)
        try limit.check()
        limit.stop()
        pass(7200)
        limit.goOn()
        try limit.check()
        pass(40)
        limit.goOn()
        try limit.check()
        pass(1)
        #expect(throws: TimeLimit.Exceeded.self) { try limit.check() }
    }
}
