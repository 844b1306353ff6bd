import LevelTree

/// What a collector declares: where the current state of a dataset lies. Staging reads it.
public struct Gathering: Sendable {
    /// One place that a dataset's files come from.
    public enum Part: Sendable {
        /// A folder of the school's disk, walked in manifest order; symlinks in it are never followed.
        case folder(SourceFolder)
        /// One file of the school's disk.
        case file(at: SourcePlace, as: RelativePath)
        /// A file that the collector made. If its bytes and mode are those of the last generation, it counts as
        /// unchanged and keeps the earlier time.
        case text([UInt8], as: RelativePath, mode: UInt16, modified: FileTime)
        /// A file that the collector made on the disk, too large for a text: a dump, or the new lines of a log.
        case made(MadeFile, as: RelativePath)
        /// A file that belongs to the dataset and could not be had: the pass is partial, and what the last generation has
        /// of it stays, marked stale.
        case missed(RelativePath, reason: String)
        /// One file of the school's disk that is still in the making: see `SourceVerdict.wait`.
        case waiting(at: SourcePlace, as: RelativePath, reason: String)

        /// Where on this machine it lies; nil for what was made or missed.
        public var place: SourcePlace? {
            switch self {
            case .folder(let folder): folder.place
            case .file(let place, _), .waiting(let place, _, _): place
            default: nil
            }
        }
    }

    /// Merged in manifest order; where two parts give the same path, the first part wins.
    public var parts: [Part]
    /// What the collector already knows to be missing; any of them makes the outcome partial.
    public var shortfalls: [Shortfall]
    /// What the collector leaves out itself, and why: listed with what the walk skips. The outcome stays complete.
    public var skipped: [Shortfall] = []
    /// Whether the source can only ever give a partial state (`db-raw`: a copy of files in use).
    public var sourceIsPartial: Bool
    /// Whether what is missing may be had soon, by itself or by what somebody is about to do: then it is not left for tomorrow.
    public var isForNow = false
    /// What the collector wants to know at its next pass: how far it has read, say. It becomes durable in the transaction
    /// that publishes, or when the pass finds nothing changed or that all must wait; of a pass that is held or fails it is
    /// dropped. Nil leaves what was remembered before.
    public var memory: [UInt8]?
    /// Where the source still has a file that is not among the parts, since it is as it was when it was last made; nil for
    /// one that it has no more. It is read where the staged copy turns out to be damaged.
    public var standing: @Sendable (RelativePath) -> SourcePlace? = { _ in nil }
    /// Asked for each file of the disk whose content is read, by its path in the dataset and with the file open at its
    /// beginning, for what is wrong with it: a clause that reads on after its name. Such a file is missed, and the last good one stands. Nil: it is whole.
    /// A file that is as it was when it was taken is not read, and not asked for again.
    public var fault: (@Sendable (_ path: [UInt8], _ file: Int32) -> String?)?
    /// Removes what was made for this pass; called once staging is done with it, whatever came of it.
    public var release: @Sendable () -> Void = {}

    public init(
        parts: [Part], shortfalls: [Shortfall] = [], sourceIsPartial: Bool = false, memory: [UInt8]? = nil
    ) {
        self.parts = parts
        self.shortfalls = shortfalls
        self.sourceIsPartial = sourceIsPartial
        self.memory = memory
    }
}

/// A file that a collector made for one pass, on the filesystem of the staging directory. Staging links it in, and gives it
/// its mode and time; it must not be written any more then, and removing it is for who made it.
public struct MadeFile: Hashable, Sendable {
    /// Absolute.
    public var path: String
    /// Permission bits, at most 0o777.
    public var mode: UInt16
    public var modified: FileTime
    /// Whether its content comes behind that of the same file in this year's last generation. Where there is none, it is
    /// all there is.
    public var continuesLast: Bool

    public init(path: String, mode: UInt16, modified: FileTime, continuesLast: Bool = false) {
        self.path = path
        self.mode = mode
        self.modified = modified
        self.continuesLast = continuesLast
    }
}

/// What a collector wanted to know at its next pass.
public struct CollectorMemory: Hashable, Sendable {
    /// Of the generation that it was published with.
    public var year: Year
    public var bytes: [UInt8]

    public init(year: Year, bytes: [UInt8]) {
        self.year = year
        self.bytes = bytes
    }
}

/// A folder to walk.
public struct SourceFolder: Sendable {
    public var place: SourcePlace
    /// Where its files lie in the dataset; nil at the dataset's top.
    public var under: RelativePath?
    /// Asked for each file, by its path in the dataset (with `under`); nil takes all.
    public var include: (@Sendable (RelativePath) -> SourceVerdict)?
    /// Asked for each folder before it is entered; nil enters all. Anything but `.take` leaves out all that is in it.
    public var enter: (@Sendable (RelativePath) -> SourceVerdict)?
    /// Asked for each file of at most `judgedSize` bytes before it is taken, with all that it holds; nil takes all. A
    /// reason leaves it out, and it is listed with that. Asked when a file is read, so not again while it is unchanged.
    public var judge: ContentJudge?
    /// A file whose time lies in here waits for the next pass: it may still be in the making.
    public var unsettled: ClosedRange<FileTime>?

    public typealias ContentJudge = @Sendable ([UInt8]) -> String?
    /// In bytes.
    public static let judgedSize: UInt64 = 64 << 10

    public init(
        _ place: SourcePlace, under: RelativePath? = nil,
        include: (@Sendable (RelativePath) -> SourceVerdict)? = nil,
        enter: (@Sendable (RelativePath) -> SourceVerdict)? = nil, judge: ContentJudge? = nil
    ) {
        self.place = place
        self.under = under
        self.include = include
        self.enter = enter
        self.judge = judge
    }

    /// Without a root of its own: see `SourcePlace.init`.
    public init(
        path: String, under: RelativePath? = nil,
        include: (@Sendable (RelativePath) -> SourceVerdict)? = nil,
        enter: (@Sendable (RelativePath) -> SourceVerdict)? = nil
    ) {
        self.init(SourcePlace(path), under: under, include: include, enter: enter)
    }
}

/// What becomes of one file or folder of a source.
public enum SourceVerdict: Sendable {
    case take
    /// Left out and not mentioned.
    case skip
    /// Left out, and listed with this reason under what was skipped. The outcome stays complete.
    case skipAndList(String)
    /// Still in the making, and for the next pass: what the last generation has of it stays as it is, and it is listed
    /// with this reason under what was skipped. The outcome stays complete.
    case wait(String)
}
