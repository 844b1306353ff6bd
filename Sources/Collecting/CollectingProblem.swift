/// Why a dataset could not be brought together. The sentence says what was looked for, where, and what to do.
public struct CollectingProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public struct Code: Hashable, Sendable {
        private let name: String
        /// The machine has no such data: normal for some installations, and for a source whose disk is not mounted.
        public static let absent = Code(name: "absent")
        /// There is nothing to do: what this dataset stands in for is there itself.
        public static let notNeeded = Code(name: "not needed")
        /// It is there, but not in a form that may be collected under this dataset's name.
        public static let unusable = Code(name: "unusable")
        /// Something else is in its place: a symlink, or a file where a folder belongs.
        public static let misplaced = Code(name: "misplaced")
        /// It is there, and may not be read.
        public static let unreadable = Code(name: "unreadable")
        /// What a collector has to write before it can be staged does not fit on the disk, or below the budget.
        public static let noRoom = Code(name: "no room")
        /// What earlier passes came to cannot be read from the staging directory's database.
        public static let noMemory = Code(name: "no memory")
        /// Neither settings nor the server say who the school is.
        public static let noIdentity = Code(name: "no identity")
        public static let timeZone = Code(name: "time zone")
    }

    public let code: Code
    public let message: String
    /// Of what is absent: whether it may be there soon; see `Gathering.isForNow`.
    public let isForNow: Bool

    public init(_ code: Code, _ message: String, isForNow: Bool = false) {
        self.code = code
        self.message = message
        self.isForNow = isForNow
    }

    /// Whether another try is useless until somebody has changed something on the machine.
    public var isPermanent: Bool {
        ![.absent, .unreadable, .notNeeded, .noRoom, .noMemory].contains(code)
    }

    public var description: String { message }
}
