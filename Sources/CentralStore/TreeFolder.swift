import CLinux
import Glibc
import LevelTree

/// An open folder below the store's data directory or a checkout. Everything in it is reached by one name at a time and
/// without following symbolic links, so nothing that a school sent can lead out of it.
final class TreeFolder: Sendable {
    let descriptor: Int32
    private let path: [UInt8]

    init(descriptor: Int32, path: [UInt8]) {
        self.descriptor = descriptor
        self.path = path
    }

    /// A folder that the operator named: symbolic links in this path are theirs and are followed.
    convenience init(path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TreeFault.error("open the folder", escapedText(path.utf8)) }
        self.init(descriptor: descriptor, path: Array(path.utf8))
    }

    deinit { close(descriptor) }

    /// The path as text for messages; made only when something is to be said.
    var place: String { escapedText(path) }

    func place(of name: some Collection<UInt8>) -> String { "\(place)/\(escapedText(name))" }

    /// Opens a folder in this one.
    func folder(_ name: some Collection<UInt8>) throws -> TreeFolder {
        guard let folder = try existingFolder(name) else { throw TreeFault.error("open", place(of: name), ENOENT) }
        return folder
    }

    /// Opens a folder in this one, or nil if nothing has this name.
    func existingFolder(_ name: some Collection<UInt8>) throws -> TreeFolder? {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let opened = withFileName(name) { clinux_openat(descriptor, $0, flags, 0) }
        if opened < 0, errno == ENOENT { return nil }
        guard opened >= 0 else { throw TreeFault.error("open the folder", place(of: name)) }
        return TreeFolder(descriptor: opened, path: path + [UInt8(ascii: "/")] + name)
    }

    /// Opens a folder in this one and makes it first if it is not there.
    /// - Parameter mode: less the process's umask.
    func folder(_ name: some Collection<UInt8>, making mode: mode_t) throws -> TreeFolder {
        if withFileName(name, { mkdirat(descriptor, $0, mode) }) != 0, errno != EEXIST {
            throw TreeFault.error("make the folder", place(of: name))
        }
        return try folder(name)
    }

    /// What stands under the name; a symbolic link itself, not what it points to. Nil if nothing does.
    func status(_ name: some Collection<UInt8>) throws -> stat? {
        var status = stat()
        if withFileName(name, { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 { return status }
        guard errno == ENOENT else { throw TreeFault.error("look at", place(of: name)) }
        return nil
    }

    /// This folder's own status.
    func status() throws -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw TreeFault.error("look at", place) }
        return status
    }

    /// A new file, for writing; a name that is taken is an error. The caller closes it.
    func create(_ name: some Collection<UInt8>, mode: mode_t = 0o600) throws -> Int32 {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = withFileName(name) { clinux_openat(descriptor, $0, flags, mode) }
        guard file >= 0 else { throw TreeFault.error("write", place(of: name)) }
        return file
    }

    /// A regular file, for reading; anything else is an error. The caller closes it.
    func read(_ name: some Collection<UInt8>) throws -> Int32 {
        // Without O_NONBLOCK a FIFO that somebody put here would hold us up for ever.
        let file = withFileName(name) { clinux_openat(descriptor, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0) }
        guard file >= 0 else { throw TreeFault.error("read", place(of: name)) }
        return file
    }

    /// Every name in this folder but `.` and `..`, sorted bytewise.
    func names() throws -> [[UInt8]] {
        let copy = clinux_openat(descriptor, ".", O_RDONLY | O_DIRECTORY, 0)
        guard copy >= 0, let stream = fdopendir(copy) else {
            let number = errno
            if copy >= 0 { close(copy) }
            throw TreeFault.error("list the folder", place, number)
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                let start = UnsafeRawPointer(pointer)
                return [UInt8](
                    UnsafeRawBufferPointer(start: start, count: strlen(start.assumingMemoryBound(to: CChar.self))))
            }
            if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw TreeFault.error("list the folder", place) }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }
}
