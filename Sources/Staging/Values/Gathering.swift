import LevelTree

/// What a collector declares: where the current state of a dataset lies. Staging reads it.
public struct Gathering: Sendable {
    /// One place that a dataset's files come from.
    public enum Part: Sendable {
        /// A folder of the school's disk, walked in manifest order; symlinks are never followed.
        case folder(SourceFolder)
        /// One file of the school's disk. A symlink there is not followed.
        case file(at: [UInt8], as: RelativePath)
        /// A file that the collector made. If its bytes and mode are those of the last generation, it counts as
        /// unchanged and keeps the earlier time.
        case text([UInt8], as: RelativePath, mode: UInt16, modified: FileTime)
    }

    /// Merged in manifest order; where two parts give the same path, the first part wins.
    public var parts: [Part]
    /// What the collector already knows to be missing; any of them makes the outcome partial.
    public var shortfalls: [Shortfall]
    /// Whether the source can only ever give a partial state (`db-raw`: a copy of files in use).
    public var sourceIsPartial: Bool

    public init(parts: [Part], shortfalls: [Shortfall] = [], sourceIsPartial: Bool = false) {
        self.parts = parts
        self.shortfalls = shortfalls
        self.sourceIsPartial = sourceIsPartial
    }
}

/// A folder to walk.
public struct SourceFolder: Sendable {
    /// Absolute, raw bytes. Its last component may not be a symlink.
    public var path: [UInt8]
    /// Where its files lie in the dataset; nil at the dataset's top.
    public var under: RelativePath?
    /// Asked for each file, by its path in the dataset (with `under`); nil takes all.
    public var include: (@Sendable (RelativePath) -> SourceVerdict)?
    /// Asked for each folder before it is entered; nil enters all. Anything but `.take` leaves out all that is in it.
    public var enter: (@Sendable (RelativePath) -> SourceVerdict)?

    public init(
        path: [UInt8], under: RelativePath? = nil,
        include: (@Sendable (RelativePath) -> SourceVerdict)? = nil,
        enter: (@Sendable (RelativePath) -> SourceVerdict)? = nil
    ) {
        self.path = path
        self.under = under
        self.include = include
        self.enter = enter
    }

    public init(
        path: String, under: RelativePath? = nil,
        include: (@Sendable (RelativePath) -> SourceVerdict)? = nil,
        enter: (@Sendable (RelativePath) -> SourceVerdict)? = nil
    ) {
        self.init(path: Array(path.utf8), under: under, include: include, enter: enter)
    }
}

/// What becomes of one file or folder of a source.
public enum SourceVerdict: Sendable {
    case take
    /// Left out and not mentioned.
    case skip
    /// Left out, and listed with this reason under what was skipped. The outcome stays complete.
    case skipAndList(String)
}
