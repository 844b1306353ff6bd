import LevelTree
import Staging
import Synchronization

/// One process opens a staging directory once: its jobs share what is open, and when the last of them has ended, it is
/// free for other programs, such as a `clix-collectd collect` that a person types.
final class SharedStaging: Sendable {
    private struct State {
        weak var staging: Staging?
        var latestTrusted: FileTime?
        /// What the store last said of the time, once that was read.
        var storeTime: StoreTime?
        var isStoreTimeRead = false
        var others: [String: SharedStaging] = [:]
    }

    private let state = Mutex(State())
    /// Held while staging is opened, which may take minutes after a power cut; nobody who only asks waits for it.
    private let opening = Mutex(())
    private let exclusion = Mutex(())
    private let turn = Mutex(())

    /// The end of the newest collection made under a believed clock, as it was when staging was last opened.
    var latestTrusted: FileTime? { state.withLock { $0.latestTrusted } }

    /// What the store last said of the time, as its file had it when staging was last opened, or when this process last
    /// wrote it: it is asked for at each event, and written once in a boot.
    func storeTime(_ load: () -> StoreTime?) -> StoreTime? {
        state.withLock { state in
            if !state.isStoreTimeRead { (state.storeTime, state.isStoreTimeRead) = (load(), true) }
            return state.storeTime
        }
    }

    /// It was written anew.
    func rereadStoreTime() { state.withLock { $0.isStoreTimeRead = false } }

    /// What is open, or else what `open` opens.
    ///
    /// One that was opened under another identity is not shared: `open` will say that it is in use.
    func staging(as identity: SchoolIdentity, open: () throws -> Staging) throws -> Staging {
        try opening.withLock { _ in
            if let staging = state.withLock({ $0.staging }), staging.identity == identity { return staging }
            let staging = try open()
            let trusted = School.latestTrusted(try staging.currentGenerations())
            state.withLock {
                $0.staging = staging
                $0.latestTrusted = trusted ?? $0.latestTrusted
                // Another program may have held it meanwhile.
                $0.isStoreTimeRead = false
            }
            return staging
        }
    }

    /// Of another directory.
    func other(_ directory: String) -> SharedStaging {
        state.withLock { state in
            if let known = state.others[directory] { return known }
            let other = SharedStaging()
            state.others[directory] = other
            return other
        }
    }

    /// Staging takes one dataset at a time. Who waits for it here can tell when the waiting has ended.
    func inTurn<Result>(_ work: () throws -> Result) rethrows -> Result { try turn.withLock { _ in try work() } }

    /// The same where nobody has to be waited for; nil where it is another's turn.
    func inTurnIfFree<Result>(_ work: () throws -> Result) rethrows -> Result? {
        try turn.withLockIfAvailable { _ in try work() }
    }

    /// Reading and writing again one of the small files of the state directory, without another job in between.
    func alone<Result>(_ work: () throws -> Result) rethrows -> Result { try exclusion.withLock { _ in try work() } }
}
