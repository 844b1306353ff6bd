import Glibc
import LevelTree

/// What `stat(2)` says of a file, as far as staging asks.
struct FileStatus {
    enum Kind {
        case file, folder, symlink, socket, fifo, device
    }

    let kind: Kind
    let size: UInt64
    /// Permission bits, 0 to 0o777.
    let mode: UInt16
    let modified: FileTime
    let changed: FileTime
    let inode: UInt64
    let device: UInt64
    let links: UInt64

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .symlink
            case S_IFSOCK: .socket
            case S_IFIFO: .fifo
            default: .device
            }
        size = UInt64(max(0, status.st_size))
        mode = UInt16(status.st_mode & 0o777)
        modified = FileTime(status.st_mtim)
        changed = FileTime(status.st_ctim)
        inode = UInt64(status.st_ino)
        device = UInt64(status.st_dev)
        links = UInt64(status.st_nlink)
    }

    /// Of an open descriptor; nil, with `errno` set, if that fails.
    static func of(_ descriptor: Int32) -> FileStatus? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? FileStatus(status) : nil
    }

    /// Of a name, a symlink itself and not what it names; nil, with `errno` set, if that fails.
    static func of(_ name: UnsafePointer<CChar>, in folder: Int32) -> FileStatus? {
        var status = stat()
        return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? FileStatus(status) : nil
    }

    static func of(_ name: CName, in folder: Int32 = AT_FDCWD) -> FileStatus? {
        name.withPointer { of($0, in: folder) }
    }
}

/// The time that file systems stamp with.
func currentFileTime() -> FileTime {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return FileTime(seconds: Int64(now.tv_sec), nanoseconds: Int32(now.tv_nsec))
}

extension FileTime {
    /// As `stat(2)` gives it.
    package init(_ time: timespec) {
        self.init(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }
}
