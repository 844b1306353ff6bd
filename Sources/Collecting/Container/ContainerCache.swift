import CLinux
import Glibc
import LevelTree

/// A folder of ours that holds what was fetched of one folder inside the container: whole files only, with the times and
/// permissions that they have there.
struct ContainerCache: Sendable {
    /// Absolute. Nobody else writes there.
    let folder: String

    private func path(_ file: RelativePath) -> [UInt8] { joined(Array(folder.utf8), file.bytes) }

    var isEmpty: Bool { Folder.names(in: Array(folder.utf8), limit: 1)?.isEmpty ?? true }

    /// - Throws: `CollectingProblem` if it cannot be made.
    func make() throws(CollectingProblem) {
        Self.makeFolders(Array(folder.utf8))
        guard Folder.kind(at: folder) == .folder else {
            throw CollectingProblem(
                .unreadable,
                "\(folder), for what is fetched from the container, cannot be made; make room, or see who "
                    + "owns the folder above it")
        }
    }

    func holds(_ file: RelativePath) -> Bool { Folder.kind(at: path(file)) == .file }

    /// Whether it has this file as it is in the container.
    func isCurrent(_ file: ContainerListing.File) -> Bool {
        var facts = stat()
        guard withCPath(path(file.path), { lstat($0, &facts) }) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            return false
        }
        return facts.st_size == off_t(file.size) && facts.st_mtim.tv_sec == file.modified.seconds
            && facts.st_mtim.tv_nsec == Int(file.modified.nanoseconds)
            && UInt16(facts.st_mode & 0o777) == Self.mode(file)
    }

    /// Removes whatever is not in the container any more, and folders that it leaves empty.
    func keepOnly(_ files: Set<RelativePath>) { _ = Self.clean(Array(folder.utf8), under: nil, files) }

    /// - Returns: whether nothing is left in the folder.
    private static func clean(_ folder: [UInt8], under: RelativePath?, _ kept: Set<RelativePath>) -> Bool {
        var isEmpty = true
        for name in Folder.names(in: folder, limit: .max) ?? [] {
            let path = joined(folder, name)
            let relative = under.map { try? $0.appending(component: name) } ?? (try? RelativePath(component: name))
            if let relative, Folder.kind(at: path) == .folder {
                if clean(path, under: relative, kept), withCPath(path, { rmdir($0) }) == 0 { continue }
            } else if relative.map(kept.contains) != true, withCPath(path, { unlink($0) }) == 0 {
                continue
            }
            isEmpty = false
        }
        return isEmpty
    }

    /// Puts fetched files in their places, after their content has reached the disk: a power cut leaves no file under its
    /// name that has not all of it.
    /// - Parameter fetched: files, and where they are now: on the same filesystem.
    /// - Returns: those that could not be placed.
    func place(_ fetched: [(file: ContainerListing.File, at: String)]) -> [ContainerListing.File] {
        let own = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { return fetched.map(\.file) }
        defer { close(own) }
        guard clinux_syncfs(own) == 0 else { return fetched.map(\.file) }
        return fetched.filter { file, place in
            let target = path(file.path)
            if let end = target.lastIndex(of: UInt8(ascii: "/")) { Self.makeFolders(Array(target[..<end])) }
            return withCPath(target) { target in rename(place, target) } != 0
        }.map(\.file)
    }

    /// What its owner inside may not read, we must be able to.
    static func mode(_ file: ContainerListing.File) -> UInt16 { file.mode | 0o400 }

    private static func makeFolders(_ path: [UInt8]) {
        if withCPath(path, { mkdir($0, 0o700) }) == 0 || errno != ENOENT { return }
        guard let end = path.lastIndex(of: UInt8(ascii: "/")), end > 0 else { return }
        makeFolders(Array(path[..<end]))
        _ = withCPath(path) { mkdir($0, 0o700) }
    }
}
