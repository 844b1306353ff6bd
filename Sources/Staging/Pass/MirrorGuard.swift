import LevelTree

/// What makes a pass over a mirror hold back until the next pass sees the same: the source may be there no longer, or
/// its disk may not be mounted, and a mirror would then be emptied by mistake.
enum Sight: String {
    /// The source folder is not there.
    case missing
    /// It lies on another device than before, and its files are not those that were there: an empty mount point, say.
    /// Device numbers alone may change with each boot.
    case otherDevice = "other device"
    /// More than half of its files are gone.
    case lostHalf = "lost half"

    func reason(_ detail: String, disbelief: String? = nil) -> String {
        let sight =
            switch self {
            case .missing: detail
            case .otherDevice: "the source \(detail) lies on another device than before, with other files"
            case .lostHalf: "the source lost \(detail)"
            }
        if let disbelief {
            return "\(sight); nothing was changed, and the last generation stands, as long as \(disbelief)"
        }
        return "\(sight); nothing was changed, and the last generation stands. If the next pass sees the same, it is "
            + "believed; if a disk is not mounted, mount it"
    }
}

/// Decides about sights. Pure.
enum MirrorGuard {
    static func hasLostHalf(gone: UInt64, of files: UInt64) -> Bool { gone * 2 > files }

    /// Which folder lies on another device than the last time, if any.
    static func movedFolder(_ now: [SourceOrigin], _ before: [SourceOrigin]) -> SourceOrigin? {
        now.first { origin in
            guard let device = origin.device else { return false }
            let last = before.first { $0.path == origin.path && $0.prefix == origin.prefix }
            return last?.device.map { $0 != device } ?? false
        }
    }
}

/// Counts, by `stat` alone, how much of the baseline is still at the source as it was.
func countUnchanged(_ gathering: Gathering, _ entries: EntryListReader) throws -> UInt64 {
    let sources = MergedSources(OpenedSources(gathering).streams)
    var count: UInt64 = 0
    while let item = sources.item, entries.hasRecord {
        let order = comparePaths(sources.path, entries.path)
        if order == 0, case .file(let status) = item, status.inode == entries.record.stamp.inode,
            status.changed == entries.record.stamp.changed
        {
            count += 1
        }
        if order <= 0 { sources.advance() }
        if order >= 0 { try entries.advance() }
    }
    return count
}
