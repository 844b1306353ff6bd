import Glibc
import LevelTree
import Staging

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
        modified = FileTime(facts.st_mtim)
        guard withChange else { return }
        changed = FileTime(facts.st_ctim)
    }
}
