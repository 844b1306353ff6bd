import CLinux
import Glibc
import LevelTree

/// A regular file below a seed's folder. The path is raw bytes: names need not be UTF-8.
struct SeedFile: Sendable {
    /// As the system opens it, without the closing NUL.
    let path: [UInt8]

    /// - Throws: `SeedReadProblem` if it is not a regular file any more, or may not be read.
    func open() throws -> OpenFile {
        let terminated = (path + [0]).map { CChar(bitPattern: $0) }
        let descriptor = clinux_openat(AT_FDCWD, terminated, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0)
        guard descriptor >= 0 else {
            throw SeedReadProblem(reason: "cannot be read: \(String(cString: strerror(errno)))")
        }
        let file = OpenFile(descriptor: descriptor, path: escapedText(path))
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw SeedReadProblem(reason: "is not a regular file")
        }
        return file
    }
}

/// Finds the regular files below a folder, depth first, names sorted. Holds the names of one way down.
struct SeedWalk {
    private var folders: [(path: [UInt8], names: [[UInt8]])]
    private let base: Int
    /// What was left out, and why; at most 1,000 are listed.
    private(set) var skipped: [Shortfall] = []

    init(folder: String) throws {
        var path = Array(folder.utf8)
        while path.count > 1, path.last == UInt8(ascii: "/") { path.removeLast() }
        base = path.count
        guard let names = SeedWalk.sortedNames(path) else { throw systemError("listing \(folder)") }
        folders = [(path, names)]
    }

    mutating func next() throws -> SeedFile? {
        while let depth = folders.indices.last {
            guard let name = folders[depth].names.popLast() else {
                folders.removeLast()
                continue
            }
            let path = folders[depth].path + [UInt8(ascii: "/")] + name
            switch SeedWalk.kind(path) {
            case S_IFREG: return SeedFile(path: path)
            case S_IFDIR:
                if let names = SeedWalk.sortedNames(path) {
                    folders.append((path, names))
                } else {
                    skip(SeedFile(path: path), "cannot be listed: \(String(cString: strerror(errno)))")
                }
            case S_IFLNK: skip(SeedFile(path: path), "is a symbolic link")
            default: skip(SeedFile(path: path), "is a special file, or vanished")
            }
        }
        return nil
    }

    mutating func skip(_ file: SeedFile, _ reason: String) {
        guard skipped.count < 1000 else { return }
        skipped.append(Shortfall(path: escapedText(file.path.dropFirst(base + 1)), reason: reason))
    }

    private static func kind(_ path: [UInt8]) -> mode_t {
        var status = stat()
        let terminated = (path + [0]).map { CChar(bitPattern: $0) }
        return lstat(terminated, &status) == 0 ? status.st_mode & S_IFMT : 0
    }

    /// Last name first, so that the next one can be taken from the end; nil with `errno` set if the folder cannot be
    /// listed.
    private static func sortedNames(_ path: [UInt8]) -> [[UInt8]]? {
        let terminated = (path + [0]).map { CChar(bitPattern: $0) }
        guard let stream = opendir(terminated) else { return nil }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [UInt8(ascii: ".")], name != Array("..".utf8) { names.append(name) }
        }
        return names.sorted { $1.lexicographicallyPrecedes($0) }
    }
}
