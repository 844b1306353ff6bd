import Glibc
import LevelTree

/// One file of the school's disk.
final class SingleFile: SourceStream {
    let path: [UInt8]
    private(set) var item: SourceItem?
    private let place: CName

    /// - Throws: `SourceFolderProblem` if there is nothing at all, or it cannot be looked at.
    init(at place: [UInt8], as path: RelativePath) throws(SourceFolderProblem) {
        self.path = path.bytes
        self.place = CName(place)
        guard let status = FileStatus.of(self.place) else { throw SourceFolderProblem(place, errno) }
        switch status.kind {
        case .file: item = .file(status)
        case .symlink: item = .skipped(reason: "is a symlink; symlinks are not followed")
        case .folder: item = .missed(reason: "is a folder, where a file was expected", isFolder: true)
        case .socket, .fifo, .device: item = .skipped(reason: "is not a plain file")
        }
    }

    func advance() { item = nil }

    func open() -> Descriptor? {
        Descriptor.opening(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
    }
}

/// One file that the collector made.
final class MadeText: SourceStream {
    let path: [UInt8]
    private(set) var item: SourceItem?

    init(_ bytes: [UInt8], as path: RelativePath, mode: UInt16, modified: FileTime) {
        self.path = path.bytes
        item = .text(bytes, mode: mode & 0o777, modified: modified)
    }

    func advance() { item = nil }

    /// Its content is in the item.
    func open() -> Descriptor? {
        errno = ENOENT
        return nil
    }
}
