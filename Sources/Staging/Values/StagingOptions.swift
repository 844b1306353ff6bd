import LevelTree

/// How much of the disk staging may take, and what tests set.
public struct StagingOptions: Sendable {
    /// The most that staging may take, in bytes.
    public var budget: UInt64
    /// What must stay free on the disk, in bytes: the school's, and the reserve for staging's own state.
    public var keepFree: UInt64
    /// A file that changed within this many seconds of being hashed is read again by the next pass.
    public var racySeconds: Int64 = 2
    /// From how much on a generation goes to the store in slices.
    public var slices = SliceSize()
    /// The clock of file systems, for `racySeconds`; tests move it by hand.
    var fileClock: @Sendable () -> FileTime = currentFileTime
    /// Called before each step of a publication, for tests that break off there.
    var beforeStep: @Sendable (PublishingStep) throws -> Void = { _ in }

    public init(budget: UInt64 = 40 << 30, keepFree: UInt64 = 10 << 30) {
        self.budget = budget
        self.keepFree = keepFree
    }
}
