import Collecting
import LevelTree
import Staging
import Terminal

/// What became of one dataset in a collection pass.
public struct DatasetReport: Sendable {
    public enum Ending: Sendable {
        case published(Generation)
        case unchanged(Generation)
        /// The source looks as if it were not there, or not itself; the last generation stands until it is seen again.
        case held(reason: String)
        /// This machine has no such data, and never had.
        case absent(reason: String)
        /// All that there is of it is still in the making: it is too early.
        case waiting(reason: String)
        case failed(reason: String, cause: Cause)
    }

    /// Why a collection failed, as far as it decides what to do about it.
    public enum Cause: Sendable, Hashable {
        /// The budget is used up, or the disk is above high water.
        case diskFull
        /// What the source would make does not fit.
        case noRoom
        /// Staging could not be read or written.
        case io
        /// What is staged is damaged.
        case damaged
        /// The source, a program that was run, or the time limit.
        case source

        init(_ error: any Error) {
            self =
                switch ((error as? StagingError)?.code, (error as? CollectingProblem)?.code) {
                case (.diskFull?, _): .diskFull
                case (_, .noRoom?): .noRoom
                case (.io?, _), (.busy?, _), (.unusable?, _), (_, .noMemory?): .io
                case (.damaged?, _): .damaged
                default: .source
                }
        }
    }

    public let dataset: Dataset
    public let ending: Ending
    /// Nil where it did not come to reading.
    public let figures: CollectionFigures?
    /// What is missing of what should have been collected.
    public let shortfalls: [Shortfall]
    /// What was left out on purpose: symlinks, sockets, devices.
    public let skipped: [Shortfall]
    /// What still stands where nothing was published: the newest earlier generation.
    public let standing: Generation?
    /// Last states of ended years that were made anew, without what was gone before it was sent.
    public let remade: [Generation]
    /// Why that could not be done with all of them; it is tried again with the next collection.
    public let endedYearProblem: String?
    /// Whether what is missing, or absent, may be had soon.
    public let isForNow: Bool

    public init(
        dataset: Dataset, ending: Ending, figures: CollectionFigures? = nil,
        shortfalls: [Shortfall] = [], skipped: [Shortfall] = [], standing: Generation? = nil,
        remade: [Generation] = [], endedYearProblem: String? = nil, isForNow: Bool = false
    ) {
        self.dataset = dataset
        self.ending = ending
        self.isForNow = isForNow
        self.figures = figures
        self.shortfalls = shortfalls
        self.skipped = skipped
        self.standing = standing
        self.remade = remade
        self.endedYearProblem = endedYearProblem
    }

    /// The generation that the pass made or found again.
    public var generation: Generation? {
        switch ending {
        case .published(let generation), .unchanged(let generation): generation
        case .held, .absent, .waiting, .failed: nil
        }
    }

    /// Whether everything that this machine has of the dataset is staged.
    public var isGood: Bool {
        switch ending {
        case .published(let generation), .unchanged(let generation): generation.outcome == .complete
        case .absent, .waiting: true
        case .held, .failed: false
        }
    }

    var exitStatus: ExitStatus {
        switch ending {
        case .published, .unchanged, .absent, .waiting: isGood ? .ok : .partial
        case .held: .partial
        case .failed(_, let cause):
            switch cause {
            case .diskFull, .noRoom: .notNow
            case .io: .io
            case .damaged: .damaged
            case .source: .partial
            }
        }
    }
}

extension ExitStatus {
    /// How a collection of several datasets ends: with damage before all; with "not now" as soon as one of them met a
    /// full disk, since running again once there is room is all that is to be done; with another failure itself only
    /// where nothing else was done; and with 1 where some were done and some were not.
    public init(collecting reports: [DatasetReport]) {
        let bad = reports.filter { !$0.isGood }
        let statuses = bad.map(\.exitStatus)
        if bad.isEmpty {
            self = .ok
        } else if statuses.contains(.damaged) {
            self = .damaged
        } else if statuses.contains(.notNow) {
            self = .notNow
        } else if bad.count == reports.count {
            self = statuses.reduce(.partial) { $0.joined(with: $1) }
        } else {
            self = .partial
        }
    }
}
