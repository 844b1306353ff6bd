import LevelTree
import Settings
import Staging

/// One pass over the drop folder: what is new is filed, what is known stays where it is.
struct DropPass {
    let context: CollectionContext
    let scratch: ScratchFolder
    /// What was known before, and what is to be known at the next pass.
    let before: DropMemory
    var memory: DropMemory
    var parts: [Gathering.Part] = []
    var shortfalls: [Shortfall] = []
    var skipped: [Shortfall] = []
    /// How many bytes may still be written for staging in this pass.
    var room: UInt64
    /// The unzipped folders that were filed, by their places in the dataset.
    var unzipped: [RelativePath: SourcePlace] = [:]
    /// A file whose time lies in here may still be in the making.
    let unsettled: ClosedRange<FileTime>

    init(_ context: CollectionContext, memory: DropMemory, scratch: ScratchFolder) {
        self.context = context
        self.scratch = scratch
        before = memory
        self.memory = memory
        self.memory.archives = []
        self.memory.folders = []
        room = context.room()
        let now = context.machineNow
        unsettled = FileTime(seconds: now.seconds - Settling.freshSeconds, nanoseconds: now.nanoseconds)...now
    }

    /// - Throws: `CollectingProblem` if the pass is stopped, or nothing can be written; then nothing of it counts.
    mutating func take(_ drop: DropFolder, in root: SourcePlace) throws(CollectingProblem) {
        shortfalls += drop.shortfalls
        parts.append(.folder(loose(drop, in: root)))
        for folder in drop.unzipped { take(folder) }
        for archive in drop.archives { try take(archive) }
    }

    func gathering() throws(CollectingProblem) -> Gathering {
        var gathering = Gathering(parts: parts, shortfalls: shortfalls, memory: try memory.encoded())
        gathering.skipped = skipped
        return gathering
    }

    /// What lies beside the archives.
    private func loose(_ drop: DropFolder, in root: SourcePlace) -> SourceFolder {
        let known = Set(drop.archives.flatMap { [$0.path, $0.checksum?.path].compactMap(\.self) })
        let groups = drop.groups
        var folder = source(root, under: .fixed(TerminalID.unsorted))
        let (include, enter) = (folder.include, folder.enter)
        folder.include = { path in
            DropPass.inDropFolder(path).map(known.contains) == true ? .skip : include?(path) ?? .take
        }
        folder.enter = { path in
            guard case .take? = enter?(path) else { return enter?(path) ?? .skip }
            return DropPass.inDropFolder(path).map(groups.contains) == true ? .take : .skip
        }
        return folder
    }

    private static func inDropFolder(_ path: RelativePath) -> RelativePath? {
        try? RelativePath(path.bytes.dropFirst(TerminalID.unsorted.utf8.count + 1))
    }

    /// A folder of the disk, without what is never collected.
    func source(_ place: SourcePlace, under path: RelativePath) -> SourceFolder {
        var folder = SourceFolder(
            place, under: path, include: NeverCollected.fileVerdictWithKeys, enter: NeverCollected.folderVerdict,
            judge: KeyContent.refusal)
        folder.unsettled = unsettled
        return folder
    }
}
