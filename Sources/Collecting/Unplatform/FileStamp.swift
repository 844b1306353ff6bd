import Glibc
import LevelTree

/// What tells whether a file is still the one that was looked at, without opening it.
struct FileStamp: Codable, Hashable, Sendable {
    var inode: UInt64
    /// In bytes.
    var size: UInt64
    var modified: FileTime

    init(_ facts: stat) {
        inode = UInt64(facts.st_ino)
        size = UInt64(max(0, facts.st_size))
        modified = FileTime(seconds: Int64(facts.st_mtim.tv_sec), nanoseconds: Int32(facts.st_mtim.tv_nsec))
    }
}
