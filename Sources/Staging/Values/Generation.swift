import LevelTree

/// One finished state of a dataset in staging.
public struct Generation: Hashable, Sendable {
    /// Where it stands between staging and store.
    public enum State: String, Sendable, Codable {
        /// Published, and no receipt has come for it.
        case pending
        /// The store has it; kept as the base for deltas until the next receipt.
        case acknowledged
    }

    /// Rises with each generation of a staging directory; never used twice, but there may be gaps.
    public let sequence: UInt64
    /// How many numbers right below `sequence` are kept for its slices, and given to nothing else.
    public let reserve: UInt64
    public let dataset: Dataset
    public let year: Year
    /// Complete or partial; a failed pass makes no generation.
    public let outcome: Outcome
    public let files: UInt64
    /// The files' sizes added up, in bytes.
    public let bytes: UInt64
    /// When collection began and ended, by the school's clock, in milliseconds since 1970.
    public let startedMilliseconds: Int64
    public let finishedMilliseconds: Int64
    /// Whether the school believed its clock.
    public let isClockTrusted: Bool
    /// What is missing and why; empty for a complete one. At most 1,000, the last of which then counts the rest.
    public let shortfalls: [Shortfall]
    /// Whether the source can only ever give a partial state.
    public let sourceIsPartial: Bool
    public let state: State
    /// Set while nobody knows when it was made: it is not sent, and its year is only the best guess; see `Staging.file`.
    public let held: HeldMoment?

    public var isByReference: Bool { dataset.isByReference }

    public init(
        sequence: UInt64, dataset: Dataset, year: Year, outcome: Outcome, files: UInt64, bytes: UInt64,
        startedMilliseconds: Int64, finishedMilliseconds: Int64, isClockTrusted: Bool, shortfalls: [Shortfall] = [],
        sourceIsPartial: Bool = false, state: State = .pending,
        held: HeldMoment? = nil, reserve: UInt64 = 0
    ) {
        self.sequence = sequence
        self.reserve = reserve
        self.dataset = dataset
        self.year = year
        self.outcome = outcome
        self.files = files
        self.bytes = bytes
        self.startedMilliseconds = startedMilliseconds
        self.finishedMilliseconds = finishedMilliseconds
        self.isClockTrusted = isClockTrusted
        self.shortfalls = shortfalls
        self.sourceIsPartial = sourceIsPartial
        self.state = state
        self.held = held
    }
}

/// When a collection began, by the clock that never is wrong but counts from the last boot.
public struct HeldMoment: Hashable, Sendable {
    /// The kernel's name of the boot.
    public let bootID: String
    /// Since that boot, in seconds.
    public let bootSeconds: Double

    public init(bootID: String, bootSeconds: Double) {
        self.bootID = bootID
        self.bootSeconds = bootSeconds
    }
}
