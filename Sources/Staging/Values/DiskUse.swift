/// In bytes.
public struct DiskUse: Hashable, Sendable {
    /// What there is room to collect.
    public enum Collecting: String, Hashable, Sendable, Codable {
        case all
        /// Large collections wait.
        case small
        case nothing
    }

    /// What the staged content and the spool take.
    public let used: UInt64
    public let budget: UInt64
    /// What is free on the disk, and what of it must stay free.
    public let free: UInt64
    public let keepFree: UInt64
    public let collecting: Collecting

    init(_ options: StagingOptions, used: UInt64, _ disk: DiskSpace) {
        let bounds = DiskBounds(budget: options.budget, keepFree: options.keepFree, disk: disk.size)
        let room = bounds.room(used: used, free: disk.free)
        self.used = used
        budget = options.budget
        free = disk.free
        keepFree = options.keepFree
        collecting = room > bounds.small ? .all : room > 0 ? .small : .nothing
    }
}
