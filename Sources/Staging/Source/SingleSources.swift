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

/// One file that could not be had.
final class MissedFile: SourceStream {
    let path: [UInt8]
    private(set) var item: SourceItem?

    init(_ path: RelativePath, reason: String) {
        self.path = path.bytes
        item = .missed(reason: reason, isFolder: false)
    }

    func advance() { item = nil }

    func open() -> Descriptor? {
        errno = ENOENT
        return nil
    }
}

/// One file that is left for the next pass.
final class WaitingFile: SourceStream {
    let path: [UInt8]
    private(set) var item: SourceItem?

    init(_ path: RelativePath, reason: String) {
        self.path = path.bytes
        item = .waiting(reason: reason)
    }

    func advance() { item = nil }

    func open() -> Descriptor? {
        errno = ENOENT
        return nil
    }
}
