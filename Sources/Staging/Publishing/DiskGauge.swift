import Glibc
import Terminal

/// Watches the budget and the reserve while a draft grows.
struct DiskGauge {
    private let folder: Descriptor
    private let budget: UInt64
    private let keepFree: UInt64
    /// What staging took before.
    private let usedBefore: UInt64
    /// What the draft took so far, in whole blocks.
    private(set) var added: UInt64 = 0
    private var askedAt: UInt64?

    /// How much is written between two looks at the disk: well below any reserve worth the name.
    private static let interval: UInt64 = 8 << 20

    init(folder: Descriptor, budget: UInt64, keepFree: UInt64, used: UInt64) {
        self.folder = folder
        self.budget = budget
        self.keepFree = keepFree
        usedBefore = used
    }

    /// - Throws: `.diskFull` if collecting must stop before it begins.
    func checkBefore() throws {
        guard usedBefore < budget else { throw overBudget(usedBefore) }
        guard try free() >= keepFree else { throw reserveReached() }
    }

    /// In the middle of what was admitted.
    /// - Throws: `.diskFull` if others have used up the disk meanwhile.
    func checkBetween() throws {
        guard try free() >= keepFree else { throw reserveReached() }
    }

    /// Counts what is about to be written.
    /// - Throws: `.diskFull` if that would go over the budget or into the reserve.
    mutating func admit(_ bytes: UInt64) throws {
        added += FolderRemoval.footprint(bytes)
        guard usedBefore + added <= budget else { throw overBudget(usedBefore + added) }
        if let askedAt, added - askedAt < DiskGauge.interval, bytes < DiskGauge.interval { return }
        askedAt = added
        guard try free() >= keepFree + min(bytes, UInt64.max - keepFree) else { throw reserveReached() }
    }

    /// Counts what lies on the disk already, so that it needs no more room there.
    /// - Throws: `.diskFull` if it is over the budget, or the reserve is used up.
    mutating func admitWritten(_ bytes: UInt64) throws {
        added += FolderRemoval.footprint(bytes)
        guard usedBefore + added <= budget else { throw overBudget(usedBefore + added) }
        try checkBetween()
    }

    /// Takes back what was admitted and not kept.
    mutating func withdraw(_ bytes: UInt64) {
        added -= min(added, FolderRemoval.footprint(bytes))
        if let asked = askedAt, asked > added { askedAt = added }
    }

    mutating func admitFolder() { added += FolderRemoval.folderFootprint }

    /// How many bytes may be written now.
    func room() throws -> UInt64 {
        let free = try free()
        let used = usedBefore + added
        return min(budget > used ? budget - used : 0, free > keepFree ? free - keepFree : 0)
    }

    /// What an unprivileged program may still write.
    func free() throws -> UInt64 {
        var status = statvfs()
        guard fstatvfs(folder.number, &status) == 0 else {
            throw StagingError.failing(to: "ask how full the disk of the staging directory is")
        }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    private func overBudget(_ used: UInt64) -> StagingError {
        StagingError(
            .diskFull,
            "staging takes \(ByteText.size(used)) and its budget is \(ByteText.size(budget)): nothing is collected until "
                + "something was uploaded, or [staging] budget is raised; nothing was dropped")
    }

    private func reserveReached() -> StagingError {
        let state =
            keepFree == 0
            ? "the disk of the staging directory is full"
            : "the disk of the staging directory has come to its reserve ([staging] keep_free, \(ByteText.size(keepFree)))"
        return StagingError(
            .diskFull, "\(state): nothing is collected until there is room again; nothing was dropped")
    }
}
