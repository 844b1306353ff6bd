import Content
import LevelTree

/// One file of a generation, and where its content can be read.
public struct StagedEntry: Sendable {
    /// As it stands in the manifest.
    public let entry: ManifestEntry
    /// What the source was when it was hashed.
    public let stamp: SourceStamp
    /// Which part of the gathering it came from; counts where content is taken by reference.
    let part: Int

    public init(entry: ManifestEntry, stamp: SourceStamp, part: Int = 0) {
        self.entry = entry
        self.stamp = stamp
        self.part = part
    }
}

/// What `stat(2)` said of a source file when its content was hashed. The hash cache compares it; a file taken by
/// reference must still match it when it is read again.
public struct SourceStamp: Hashable, Sendable {
    public var size: UInt64
    public var modified: FileTime
    public var changed: FileTime
    public var inode: UInt64
    /// Changed so shortly before it was hashed that a later change could carry the same times (git's "racy" entries):
    /// the next pass reads it again.
    public var isRacy: Bool

    public init(size: UInt64, modified: FileTime, changed: FileTime, inode: UInt64, isRacy: Bool = false) {
        self.size = size
        self.modified = modified
        self.changed = changed
        self.inode = inode
        self.isRacy = isRacy
    }
}
