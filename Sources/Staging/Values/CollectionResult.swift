import LevelTree

/// When a collection began.
public struct CollectionClock: Hashable, Sendable {
    /// By the school's clock, in milliseconds since 1970.
    public var startedMilliseconds: Int64
    /// Seconds since the machine booted.
    public var bootSeconds: Double
    /// Whether the school's clock is believed.
    public var isTrusted: Bool
    /// The kernel's name of this boot where the year is not known: what is made then is held. Nil where it is known.
    public var heldBoot: String?

    public init(startedMilliseconds: Int64, bootSeconds: Double, isTrusted: Bool, heldBoot: String? = nil) {
        self.startedMilliseconds = startedMilliseconds
        self.bootSeconds = bootSeconds
        self.isTrusted = isTrusted
        self.heldBoot = heldBoot
    }
}

/// How far a pass has come.
public struct CollectionProgress: Hashable, Sendable {
    /// Files seen so far, and the sum of their sizes.
    public var files: UInt64 = 0
    public var bytes: UInt64 = 0
    /// What the last generation had: the best guess at where this ends. 0 if there was none.
    public var expectedFiles: UInt64 = 0
    public var expectedBytes: UInt64 = 0

    /// Nothing is seen yet.
    public init() {}
}

/// What a pass did, counted.
public struct CollectionFigures: Hashable, Sendable {
    /// Of the dataset's state after the pass; of what was seen, if nothing was published.
    public var files: UInt64 = 0
    public var bytes: UInt64 = 0
    /// Source files whose content was read, and the bytes read. Both are 0 for a pass over an unchanged source.
    public var filesRead: UInt64 = 0
    public var bytesRead: UInt64 = 0
    /// Files taken over from the last generation without being read.
    public var filesKept: UInt64 = 0
}

/// What became of a pass.
public struct CollectionResult: Sendable {
    public enum Ending: Sendable {
        /// A new generation, complete or partial (see its `outcome`).
        case published(Generation)
        /// The source is as it was; this generation still stands.
        case unchanged(Generation)
        /// Held back: the source looks as if it were not there, or not itself. The last generation stands; the same
        /// sight on the next pass will be believed.
        case held(reason: String)
        /// All that there is of it is still in the making, and nothing was collected of it this year that could stand.
        case waiting(reason: String)
        /// Nothing was made; the last generation, if any, stands.
        case failed(reason: String)
    }

    public var ending: Ending
    public var figures: CollectionFigures
    /// What this pass could not collect, and why. At most 1,000, the last of which then counts the rest.
    public var shortfalls: [Shortfall]
    /// What was left out on purpose (symlinks, sockets, devices, …). The outcome stays complete for it. At most 1,000.
    public var skipped: [Shortfall]
    /// Unsent last states of ended years that were made anew by this pass, as something of them was gone: of sets taken
    /// by reference.
    public var remade: [Generation] = []
    /// Why not all such states could be made anew. The pass itself stands; the next one tries again.
    public var endedYearProblem: String?

    /// Nil where it is too early for one.
    public var outcome: Outcome? {
        switch ending {
        case .published(let generation), .unchanged(let generation): generation.outcome
        case .waiting: nil
        case .held, .failed: .failed
        }
    }
}
