import LevelTree

/// What an archive's directory promises, looked at before anything is unpacked.
struct ZipContents {
    private(set) var entries: UInt64 = 0
    /// Unpacked, in bytes; and as the disk counts, in whole blocks.
    private(set) var size: UInt64 = 0
    private(set) var footprint: UInt64 = 0
    /// The one folder that all else is in, if there is such.
    private(set) var top: RelativePath?

    static let mostEntries: UInt64 = 100_000
    /// In bytes.
    static let largest: UInt64 = 2 << 30
    /// An archive may be unpacked to so many times its size, or to so many bytes. Text and JSON shrink to a tenth; what
    /// shrinks to less than a two-hundredth was made to fill the disk.
    static let largestRatio: UInt64 = 200
    static let alwaysAllowed: UInt64 = 10 << 20

    /// - Parameter archiveSize: in bytes.
    /// - Throws: `.refused` for what no lab PC has to bring.
    init(_ archive: ZipArchive, archiveSize: UInt64) throws(ArchiveProblem) {
        guard archive.entryCount <= ZipContents.mostEntries else { throw ZipContents.tooMany }
        try archive.forEach { entry throws(ArchiveProblem) in try add(entry, archiveSize) }
    }

    private mutating func add(_ entry: ZipEntry, _ archiveSize: UInt64) throws(ArchiveProblem) {
        entries += 1
        guard entries <= ZipContents.mostEntries else { throw ZipContents.tooMany }
        let first = entry.path.components.first.flatMap { try? RelativePath(component: $0) }
        if entries == 1 { top = first }
        if top != first || entry.path.components.count == 1 && !entry.isFolder { top = nil }
        guard !entry.isFolder else { return }
        guard entry.size <= ZipContents.largest, size + entry.size <= ZipContents.largest else {
            throw .refused("would unpack to more than 2 GiB, which no lab PC has to bring")
        }
        size += entry.size
        footprint += (entry.size + 4095) & ~4095
        let ratio = archiveSize.multipliedReportingOverflow(by: ZipContents.largestRatio)
        guard size <= ZipContents.alwaysAllowed || ratio.overflow || size <= ratio.partialValue else {
            throw .refused("would unpack to more than \(ZipContents.largestRatio) times its size, as a zip bomb does")
        }
    }

    private static let tooMany = ArchiveProblem.refused(
        "has more than \(mostEntries) entries, which no lab PC has to bring")
}
