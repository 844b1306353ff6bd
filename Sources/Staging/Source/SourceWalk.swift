import CLinux
import Glibc
import LevelTree

/// Walks one source folder in manifest order, lazily: memory is bound by the depth and by the largest single folder.
///
/// | there is | becomes |
/// |---|---|
/// | a plain file, also an empty one, also one of several hard links | a file; each hard link is a file of its own |
/// | a folder with no file below it | nothing: manifests list files |
/// | a symlink, socket, FIFO or device | skipped and listed; never opened |
/// | a folder or file of another filesystem | missed: what was mounted there, or lies beneath it, cannot be told |
/// | a folder that cannot be opened or listed, or that vanished meanwhile | missed, with all that is in it |
/// | a name with a newline or that is not UTF-8 | a name like any other |
/// | a path of more than 4,095 bytes, folders more than 256 deep | missed |
///
/// Symlinks below the configured root are never followed: every name is opened relative to its open folder, with
/// `O_NOFOLLOW`.
final class SourceWalk: SourceStream {
    /// `PATH_MAX` of Linux counts the NUL.
    static let longestPath = 4095
    static let deepest = 256

    private(set) var path: [UInt8] = []
    private(set) var item: SourceItem?

    /// Of the folder that is walked.
    let device: UInt64
    private let source: SourceFolder
    private let judgesFileDevices: Bool
    private var levels: [Level] = []

    private struct Level {
        let folder: Descriptor
        let listing: FolderListing
        var next = 0
        /// How much of `path` is this folder's, its slash included.
        let prefix: Int
    }

    var judge: SourceFolder.ContentJudge? { source.judge }

    /// Opens the folder and stands at its first item.
    init(_ source: SourceFolder) throws(SourceProblem) {
        self.source = source
        let root = try source.place.open(.folder)
        guard let status = FileStatus.of(root.number) else { throw SourceProblem(errno, source.place.path) }
        device = status.device
        // On an overlayfs a file's device says nothing.
        judgesFileDevices = clinux_is_overlay(root.number) == 0
        path = source.under.map { $0.bytes + [UInt8(ascii: "/")] } ?? []
        var listing = FolderListing()
        guard listing.read(root.number) else { throw SourceProblem(errno, source.place.path) }
        levels.append(Level(folder: root, listing: listing, prefix: path.count))
        advance()
    }

    func advance() {
        item = nil
        while item == nil, let index = nextIndex() { item = look(at: index) }
    }

    func open() -> Descriptor? {
        guard let level = levels.last else { return nil }
        let number = level.listing.withName(level.next - 1) { name in
            openat(level.folder.number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0)
        }
        return number < 0 ? nil : Descriptor(number)
    }

    /// Moves to the next name, leaving folders that are at their end; the name's path is in `path` then.
    private func nextIndex() -> Int? {
        while let level = levels.last {
            path.removeSubrange(level.prefix...)
            guard level.next < level.listing.count else {
                levels.removeLast()
                continue
            }
            levels[levels.count - 1].next += 1
            level.listing.appendName(level.next, to: &path)
            return level.next
        }
        return nil
    }

    /// Nil for what is passed over in silence, and for a folder, which is entered.
    private func look(at index: Int) -> SourceItem? {
        let level = levels[levels.count - 1]
        switch Int32(level.listing.kind(index)) {
        case Int32(DT_LNK): return .skipped(reason: "is a symlink; symlinks are not followed")
        case Int32(DT_DIR): return enter(index)
        default: break
        }
        guard let status = level.listing.withName(index, { FileStatus.of($0, in: level.folder.number) }) else {
            return .missed(reason: missedReason(errno), isFolder: false)
        }
        switch status.kind {
        case .folder: return enter(index)
        case .symlink: return .skipped(reason: "is a symlink; symlinks are not followed")
        case .socket: return .skipped(reason: "is a socket")
        case .fifo: return .skipped(reason: "is a FIFO")
        case .device: return .skipped(reason: "is a device")
        case .file: return file(status)
        }
    }

    private func file(_ status: FileStatus) -> SourceItem? {
        guard path.count <= SourceWalk.longestPath else { return tooLong(isFolder: false) }
        if let include = source.include {
            guard let path = try? RelativePath(path) else { return tooLong(isFolder: false) }
            switch include(path) {
            case .take: break
            case .skip: return nil
            case .skipAndList(let reason): return .skipped(reason: reason)
            case .wait(let reason): return .waiting(reason: reason)
            }
        }
        if let unsettled = source.unsettled, unsettled.contains(status.modified) {
            return .waiting(reason: "was changed a moment ago, and waits for the next pass")
        }
        if judgesFileDevices, status.device != device { return otherFilesystem(isFolder: false) }
        return .file(status)
    }

    private func enter(_ index: Int) -> SourceItem? {
        let level = levels[levels.count - 1]
        // Room for a slash and one more byte.
        guard path.count + 2 <= SourceWalk.longestPath else { return tooLong(isFolder: true) }
        if let enter = source.enter {
            guard let path = try? RelativePath(path) else { return tooLong(isFolder: true) }
            switch enter(path) {
            case .take: break
            case .skip: return nil
            case .skipAndList(let reason), .wait(let reason): return .skipped(reason: reason)
            }
        }
        guard levels.count < SourceWalk.deepest else {
            return .missed(reason: "lies more than \(SourceWalk.deepest) folders deep", isFolder: true)
        }
        let number = level.listing.withName(index) { name in
            openat(level.folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0)
        }
        guard number >= 0 else { return .missed(reason: missedReason(errno), isFolder: true) }
        let folder = Descriptor(number)
        var listing = FolderListing()
        guard let status = FileStatus.of(number), listing.read(number) else {
            return .missed(reason: missedReason(errno), isFolder: true)
        }
        guard status.device == device else { return otherFilesystem(isFolder: true) }
        path.append(UInt8(ascii: "/"))
        levels.append(Level(folder: folder, listing: listing, prefix: path.count))
        return nil
    }

    private func tooLong(isFolder: Bool) -> SourceItem {
        .missed(reason: "has a path of more than \(SourceWalk.longestPath) bytes", isFolder: isFolder)
    }

    private func otherFilesystem(isFolder: Bool) -> SourceItem {
        .missed(reason: "lies on another filesystem, which is not collected from here", isFolder: isFolder)
    }
}
