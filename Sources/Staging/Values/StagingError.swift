/// Why staging could not do what it was asked.
///
/// `message` is a sentence for the person who reads the journal: what failed, on what, why, and what to do.
public struct StagingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is. More may come; treat one that is not known as failed.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Another program holds the staging directory.
        public static let busy = Code(rawValue: "busy")
        /// The budget is used up, the disk is above high water, or it is full. Nothing was dropped.
        public static let diskFull = Code(rawValue: "disk-full")
        /// A source taken by reference is no longer what was hashed: collect again, it makes a new generation.
        public static let sourceChanged = Code(rawValue: "source-changed")
        /// The generation was let go (superseded, or released by a receipt): plan again.
        public static let generationGone = Code(rawValue: "generation-gone")
        /// What is stored here is not what was written here.
        public static let damaged = Code(rawValue: "damaged")
        /// Of an earlier version of this program, and not opened by this one yet: it cannot be looked at, but be opened.
        public static let outdated = Code(rawValue: "outdated")
        /// Reading or writing failed.
        public static let io = Code(rawValue: "io")
        /// The caller's progress closure, or a test, ended the work.
        public static let interrupted = Code(rawValue: "interrupted")
        /// The directory cannot be used as it is: not a directory, a newer version's, an identity with no state.
        public static let unusable = Code(rawValue: "unusable")
    }

    public let code: Code
    /// A whole sentence without the full stop.
    public let message: String
    /// `errno(3)` of the call that failed; 0 where none did.
    public let errorNumber: Int32

    public init(_ code: Code, _ message: String, errorNumber: Int32 = 0) {
        self.code = code
        self.message = message
        self.errorNumber = errorNumber
    }

    /// Whether the same call can only succeed after a person did something.
    public var isPermanent: Bool { code == .damaged || code == .unusable }

    public var description: String { message }
}
