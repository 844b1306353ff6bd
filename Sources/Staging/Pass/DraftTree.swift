import CLinux
import Glibc

/// The folder that a draft's files go into. Paths come in manifest order, so each folder is made once, and only the
/// folders above the last file are held open.
final class DraftTree {
    private var levels: [Level]
    /// The folder of the last path, with its slash; empty at the top.
    private var parent: [UInt8] = []
    private let place: String
    /// How many folders were made.
    private(set) var foldersMade = 0

    private struct Level {
        let folder: Descriptor
        /// How much of `parent` is this folder's.
        let prefix: Int
    }

    init(root: Descriptor, place: String) {
        levels = [Level(folder: root, prefix: 0)]
        self.place = place
    }

    /// Creates the file, open for writing.
    func create(_ path: [UInt8]) throws -> Descriptor {
        let (folder, name) = try open(path)
        guard let file = Descriptor.opening(name, in: folder, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
        else {
            throw StagingError.failing(to: "create a staged copy in \(place)")
        }
        return file
    }

    func remove(_ path: [UInt8]) throws {
        let (folder, name) = try open(path)
        guard name.withPointer({ unlinkat(folder, $0, 0) }) == 0 else {
            throw StagingError.failing(to: "remove a staged copy from \(place)")
        }
    }

    /// Moves a file of the same filesystem in.
    func move(_ name: CName, in source: Descriptor, to path: [UInt8]) throws {
        let (folder, target) = try open(path)
        let result = name.withPointer { from in
            target.withPointer { to in renameat(source.number, from, folder, to) }
        }
        guard result == 0 else { throw StagingError.failing(to: "put a staged copy into \(place)") }
    }

    /// Links a file that was made on the same filesystem in.
    /// - Parameter place: absolute.
    func adopt(_ place: CName, as path: [UInt8]) throws {
        let (folder, target) = try open(path)
        let result = place.withPointer { from in
            target.withPointer { to in linkat(AT_FDCWD, from, folder, to, 0) }
        }
        guard result == 0 else { throw StagingError.failing(to: "put a made file into \(self.place)") }
    }

    /// Links the file of the same path, or at another, below `source`. False if it cannot be linked and must be copied: a filesystem's
    /// link limit (65,000 on ext4).
    /// - Throws: `.damaged` if it is not there.
    func link(_ path: [UInt8], from source: Descriptor, at old: [UInt8]? = nil) throws -> Bool {
        let (folder, target) = try open(path)
        let result = CName(old ?? path).withPointer { from in
            target.withPointer { to in linkat(source.number, from, folder, to, 0) }
        }
        if result == 0 { return true }
        switch errno {
        case EMLINK: return false
        case ENOENT, ENOTDIR:
            throw StagingError(.damaged, "a staged copy that \(place) needs is gone from the staging directory")
        default: throw StagingError.failing(to: "link a staged copy into \(place)")
        }
    }

    /// The open folder of a path, and the name in it.
    private func open(_ path: [UInt8]) throws -> (folder: Int32, name: CName) {
        let cut = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        if cut != parent.count || !path.starts(with: parent) { try descend(to: path[..<cut]) }
        return (levels[levels.count - 1].folder.number, CName(path[cut...]))
    }

    private func descend(to folder: ArraySlice<UInt8>) throws {
        while let level = levels.last, !folder.starts(with: parent[..<level.prefix]) { levels.removeLast() }
        var position = levels[levels.count - 1].prefix
        parent = Array(folder)
        while position < folder.endIndex {
            let end = folder[position...].firstIndex(of: UInt8(ascii: "/")) ?? folder.endIndex
            let name = CName(folder[position..<end])
            let above = levels[levels.count - 1].folder
            if name.withPointer({ mkdirat(above.number, $0, StagingFolders.folderMode) }) == 0 {
                foldersMade += 1
            } else if errno != EEXIST {
                throw StagingError.failing(to: "make a folder in \(place)")
            }
            guard let next = Descriptor.openingFolder(name, in: above.number) else {
                throw StagingError.failing(to: "open a folder in \(place)")
            }
            position = end + 1
            levels.append(Level(folder: next, prefix: position))
        }
    }
}
