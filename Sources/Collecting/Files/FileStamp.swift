import Glibc
import LevelTree

/// What tells whether a file is still the one that was looked at, without reading it.
struct FileStamp: Codable, Hashable, Sendable {
    var inode: UInt64
    /// In bytes.
    var size: UInt64
    var modified: FileTime
    /// When anything of it was changed last, its times included, of files that a program writes over in place; nil where
    /// that tells nothing of the content, as of files that people carry about.
    var changed: FileTime?

    init(_ facts: stat, withChange: Bool = false) {
        inode = UInt64(facts.st_ino)
        size = UInt64(max(0, facts.st_size))
        modified = FileTime(seconds: Int64(facts.st_mtim.tv_sec), nanoseconds: Int32(facts.st_mtim.tv_nsec))
        guard withChange else { return }
        changed = FileTime(seconds: Int64(facts.st_ctim.tv_sec), nanoseconds: Int32(facts.st_ctim.tv_nsec))
    }
}
