import Glibc
import Terminal

/// Watches the budget and the reserve while a draft grows.
struct DiskGauge {
    private let folder: Descriptor
    private let bounds: DiskBounds
    /// Makes so much room, if it can, and tells what staging takes then, without this draft.
    private let relieve: (UInt64) throws -> UInt64
    /// What staging takes without this draft.
    private var used: UInt64
    /// What the draft took so far, in whole blocks.
    private(set) var added: UInt64 = 0
    private var askedAt: UInt64?
    /// Room was asked for, and there was too little to be had.
    private var isExhausted = false

    /// How much is written between two looks at the disk: well below any reserve worth the name.
    private static let interval: UInt64 = 8 << 20

    init(folder: Descriptor, bounds: DiskBounds, used: UInt64, relieve: ((UInt64) throws -> UInt64)? = nil) {
        self.folder = folder
        self.bounds = bounds
        self.used = used
        self.relieve = relieve ?? { _ in used }
    }

    /// - Throws: `.diskFull` if there is no room for anything, however small.
    func checkBefore() throws {
        let least = FolderRemoval.footprint(1)
        var gauge = self
        try gauge.check(draft: least, next: least)
    }

    /// In the middle of what was admitted.
    /// - Throws: `.diskFull` if others have used up the disk meanwhile.
    mutating func checkBetween() throws { try check(draft: added, next: 0) }

    /// Counts what is about to be written.
    /// - Throws: `.diskFull` if that would go over the budget or into the reserve.
    mutating func admit(_ bytes: UInt64) throws {
        added += FolderRemoval.footprint(bytes)
        let isSoon = askedAt.map { added - $0 < DiskGauge.interval } ?? false
        if isSoon, bytes < DiskGauge.interval, lack(draft: added, next: 0, free: .max) == nil { return }
        askedAt = added
        try check(draft: added, next: bytes)
    }

    /// Counts what lies on the disk already, so that it needs no more room there.
    /// - Throws: `.diskFull` if it is over the budget, or the reserve is used up.
    mutating func admitWritten(_ bytes: UInt64) throws {
        added += FolderRemoval.footprint(bytes)
        try checkBetween()
    }

    /// Takes back what was admitted and not kept.
    mutating func withdraw(_ bytes: UInt64) {
        added -= min(added, FolderRemoval.footprint(bytes))
        if let asked = askedAt, asked > added { askedAt = added }
    }

    mutating func admitFolder() { added += FolderRemoval.folderFootprint }

    /// How many bytes may be written now. If that is less than what is wanted, room is made first.
    mutating func room(for wanted: UInt64) throws -> UInt64 {
        let room = bounds.room(used: used, free: try free())
        guard room < wanted else { return room }
        used = try relieve(wanted - room)
        return bounds.room(used: used, free: try free())
    }

    private mutating func check(draft: UInt64, next: UInt64) throws {
        if !isExhausted {
            guard let lack = self.lack(draft: draft, next: next, free: try free()) else { return }
            used = try relieve(lack.bytes)
            isExhausted = self.lack(draft: draft, next: next, free: try free()) != nil
        }
        guard let last = try lastLack(draft, next) else { return }
        // Bases that do not free the whole reserve may be enough for half of it.
        used = try relieve(last.bytes)
        if let last = try lastLack(draft, next) { throw full(last, used + draft) }
    }

    private func lastLack(_ draft: UInt64, _ next: UInt64) throws -> DiskBounds.Lack? {
        bounds.lack(draft: draft, next: next, used: used, free: try free(), sparesReserve: false)
    }

    private func lack(draft: UInt64, next: UInt64, free: UInt64) -> DiskBounds.Lack? {
        bounds.lack(draft: draft, next: next, used: used, free: free, sparesReserve: true)
    }

    private func free() throws -> UInt64 { try DiskSpace(of: folder).free }

    private func full(_ lack: DiskBounds.Lack, _ taken: UInt64) -> StagingError {
        let waiting = lack.isOfLarge ? "large collections wait" : "nothing is collected"
        switch lack.limit {
        case .budget:
            let share = lack.isOfLarge ? ", the last \(ByteText.size(bounds.share)) of it for small collections" : ""
            return StagingError(
                .diskFull,
                "staging takes \(ByteText.size(taken)) and its budget is \(ByteText.size(bounds.budget))\(share): \(waiting) "
                    + "until something was uploaded, or [staging] budget is raised; nothing was dropped")
        case .reserve:
            let reserve = "its reserve ([staging] keep_free, \(ByteText.size(bounds.keepFree)))"
            let state =
                if bounds.keepFree == 0 { "is full" } else if lack.isOfLarge { "has come to \(reserve)" } else {
                    "has come to half of \(reserve)"
                }
            return StagingError(
                .diskFull,
                "the disk of the staging directory \(state): \(waiting) until there is room again; nothing was dropped")
        }
    }
}

/// A disk, in bytes.
struct DiskSpace {
    let size: UInt64
    /// What an unprivileged program may still write.
    let free: UInt64

    /// - Throws: `StagingError` if it cannot be asked.
    init(of folder: Descriptor) throws {
        var status = statvfs()
        guard fstatvfs(folder.number, &status) == 0 else {
            throw StagingError.failing(to: "ask how full the disk of the staging directory is")
        }
        size = UInt64(status.f_blocks) * UInt64(status.f_frsize)
        free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }
}
