import Glibc
import LevelTree

/// One file of the school's disk.
final class SingleFile: SourceStream {
    let path: [UInt8]
    private(set) var item: SourceItem?
    private let place: SourcePlace

    /// Something else in its place, or a symlink on the way, is a file that is missed.
    /// - Throws: `SourceProblem` if there is nothing at all, or it cannot be looked at.
    init(at place: SourcePlace, as path: RelativePath) throws(SourceProblem) {
        self.path = path.bytes
        self.place = place
        do throws(SourceProblem) {
            try place.check(for: .file)
            item = .file(try place.status())
        } catch {
            switch error.kind {
            case .link, .misplaced: item = .missed(reason: error.message, isFolder: false)
            case .absent, .brokenRoot, .unreadable: throw error
            }
        }
    }

    func advance() { item = nil }

    func open() -> Descriptor? {
        do throws(SourceProblem) {
            return try place.open(.file)
        } catch {
            switch error.kind {
            case .absent, .brokenRoot: errno = ENOENT
            case .link, .misplaced: errno = ELOOP
            case .unreadable(let number): errno = number
            }
            return nil
        }
    }
}

/// One file of which all is known without a look at the disk: a text that the collector made, one that could not be had,
/// or one that is left for the next pass.
final class KnownFile: SourceStream {
    let path: [UInt8]
    private(set) var item: SourceItem?

    init(_ item: SourceItem, as path: RelativePath) {
        self.path = path.bytes
        self.item = item
    }

    /// - Parameter mode: of its bits, those of the permissions count.
    convenience init(text: [UInt8], as path: RelativePath, mode: UInt16, modified: FileTime) {
        self.init(.text(text, mode: mode & 0o777, modified: modified), as: path)
    }

    func advance() { item = nil }

    /// There is nothing to open: what content it has is in the item.
    func open() -> Descriptor? {
        errno = ENOENT
        return nil
    }
}

/// One larger file that the collector made.
final class MadeContent: SourceStream {
    let path: [UInt8]
    private(set) var item: SourceItem?
    private let place: CName

    init(_ file: MadeFile, as path: RelativePath) {
        self.path = path.bytes
        place = CName(Array(file.path.utf8))
        item = .made(file, FileStatus.of(place).flatMap { $0.kind == .file ? $0 : nil })
    }

    func advance() { item = nil }

    func open() -> Descriptor? { Descriptor.opening(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) }
}
