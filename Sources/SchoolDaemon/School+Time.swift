import Collecting
import LevelTree
import Staging
import Wire

extension School {
    /// The time by the store, if it told it in this boot.
    var storeTime: FileTime? {
        StoreTime.load(from: files)?.time(at: clock.bootSeconds(), in: clock.bootID())
    }

    /// Remembers what the store said of the time, and files what was held for want of it.
    ///
    /// - Parameters:
    ///   - seconds: since 1970.
    ///   - bootSeconds: by the boot clock, when it was told.
    /// - Throws: `StagingError`, also where only some of it could not be filed.
    func learn(storeSeconds seconds: Int64, at bootSeconds: Double, _ staging: Staging) throws {
        try StoreTime(bootID: clock.bootID(), bootSeconds: bootSeconds, seconds: seconds).save(to: files)
        if let problem = try settle(staging).first { throw problem }
    }

    /// Files what is held, if the time is known now.
    /// - Returns: what is wrong with those that could not be filed as they should; it concerns no other dataset.
    /// - Throws: `StagingError` if staging cannot be used; what was not filed stays held.
    @discardableResult
    func settle(_ staging: Staging) throws -> [StagingError] {
        let held = try staging.heldGenerations()
        guard !held.isEmpty else { return [] }
        let moment = try moment(staging)
        guard moment.isTrusted else { return [] }
        let known = HeldYears.Known(now: moment.now, bootSeconds: moment.bootSeconds, bootID: moment.bootID)
        let trusted = try staging.currentGenerations().filter {
            $0.isClockTrusted && $0.held == nil && $0.finishedMilliseconds <= moment.now.milliseconds
        }
        let filings = try held.compactMap { generation in
            let before = trusted.filter { $0.sequence < generation.sequence }
            let after = trusted.filter { $0.sequence > generation.sequence }
            return try HeldYears.filing(
                HeldYears.Held(
                    generation: generation,
                    earliest: before.map(\.finishedMilliseconds).max().map(FileTime.init(milliseconds:)),
                    latest: after.map(\.startedMilliseconds).min().map(FileTime.init(milliseconds:)),
                    newestFile: newestFile(of: generation, staging, before: moment.now)),
                known: known, zone: zone)
        }
        return try staging.file(filings) { dataset, path in
            guard dataset.name == "system-heartbeat" else { return nil }
            return HeartbeatName.known(path, in: zone) { boot, seconds in
                guard boot == HeartbeatName.boot(known.bootID) else { return nil }
                return known.now + (Double(seconds) - known.bootSeconds)
            }
        }
    }

    /// Of those that can be true; as far as a damaged list can be read. Filing tells of the damage.
    private func newestFile(of generation: Generation, _ staging: Staging, before now: FileTime) -> FileTime? {
        var newest: FileTime?
        try? staging.forEachEntry(of: generation) { staged in
            let time = staged.entry.modified
            if time <= now, newest.map({ $0 < time }) ?? true { newest = time }
        }
        return newest
    }
}
