import LevelTree
import Synchronization

@testable import SchoolDaemon

/// The clocks of a machine, moved by hand.
final class HandClock: Sendable {
    private struct State {
        var now: Int64, boot: Double, bootID: String
    }
    private let state: Mutex<State>

    init(now: Int64, bootID: String, bootSeconds: Double = 100) {
        state = Mutex(State(now: now, boot: bootSeconds, bootID: bootID))
    }

    func pass(_ seconds: Int64) {
        state.withLock {
            $0.now += seconds
            $0.boot += Double(seconds)
        }
    }

    func set(_ now: Int64) { state.withLock { $0.now = now } }

    func boot(_ bootID: String, now: Int64) { state.withLock { $0 = State(now: now, boot: 100, bootID: bootID) } }

    var bootSeconds: Double { state.withLock { $0.boot } }

    var clock: MachineClock {
        MachineClock(
            now: { FileTime(seconds: self.state.withLock { $0.now }, nanoseconds: 0) },
            bootSeconds: { self.state.withLock { $0.boot } }, bootID: { self.state.withLock { $0.bootID } })
    }
}
