import Collecting
import LevelTree
import Staging
import Wire

extension School {
    /// The time by the store, if it told it in this boot.
    var storeTime: FileTime? {
        shared.storeTime { StoreTime.load(from: files) }?.time(at: clock.bootSeconds(), in: clock.bootID())
    }

    /// Remembers what the store said of the time, and files what was held for want of it; or leaves that to the pass that
    /// stages something now, for which an upload does not wait.
    ///
    /// - Parameters:
    ///   - seconds: since 1970.
    ///   - bootSeconds: by the boot clock, when it was told.
    /// - Throws: `StagingError`, also where only some of it could not be filed.
    func learn(storeSeconds seconds: Int64, at bootSeconds: Double, _ staging: Staging) throws {
        try StoreTime(bootID: clock.bootID(), bootSeconds: bootSeconds, seconds: seconds).save(to: files)
        shared.rereadStoreTime()
        if let problem = try shared.inTurnIfFree({ try settleInTurn(staging) })?.first { throw problem }
    }

    /// Files what is held, if the time is known now: then waits for its turn.
    /// - Returns: what is wrong with those that could not be filed as they should; it concerns no other dataset.
    /// - Throws: `StagingError` if staging cannot be used; what was not filed stays held.
    @discardableResult
    func settle(_ staging: Staging) throws -> [StagingError] {
        guard try !staging.heldGenerations().isEmpty, try moment(staging).isTrusted else { return [] }
        return try inTurn { try settleInTurn(staging) }
    }

    /// Staging's turn. Waiting for it counts for no time limit.
    func inTurn<Result>(_ work: () throws -> Result) rethrows -> Result {
        watch?.waits()
        return try shared.inTurn {
            watch?.goesOn()
            return try work()
        }
    }

    /// As `settle`, by whose turn it is.
    @discardableResult
    func settleInTurn(_ staging: Staging) throws -> [StagingError] {
        let held = try staging.heldGenerations()
        guard !held.isEmpty else { return [] }
        let moment = try moment(staging)
        guard moment.isTrusted else { return [] }
        let known = HeldYears.Known(now: moment.now, bootSeconds: moment.bootSeconds, bootID: moment.bootID)
        let filings = try HeldYears.filings(boots(of: held, staging), known: known, zone: zone)
        return try staging.file(filings, takenOnce: Collectors.takingOnce) { dataset, path in
            guard dataset.name == "system-heartbeat" else { return nil }
            return HeartbeatName.known(path, in: zone) { boot, seconds in
                guard boot == HeartbeatName.boot(known.bootID) else { return nil }
                return known.now + (Double(seconds) - known.bootSeconds)
            }
        }
    }

    /// What each boot has left held, in the order of the boots, with what its neighbours tell.
    private func boots(of held: [Generation], _ staging: Staging) throws -> [HeldYears.Boot] {
        let current = try staging.currentGenerations()
        return HeldYears.boots(of: held).map { generations in
            HeldYears.Boot(generations, among: current) { newestFile(of: generations, staging, notAfter: $0) }
        }
    }

    /// By the kernel's clock when the files were last changed, and no later than their own times: those are whatever
    /// somebody gave them. As far as a damaged list can be read; filing tells of the damage.
    private func newestFile(
        of generations: [Generation], _ staging: Staging, notAfter limit: FileTime
    ) -> FileTime? {
        var newest: FileTime?
        for generation in generations {
            try? staging.forEachEntry(of: generation) { staged in
                let time = min(staged.stamp.modified, staged.stamp.changed)
                if time <= limit, newest.map({ $0 < time }) ?? true { newest = time }
            }
        }
        return newest
    }
}
