import LevelTree
import Wire

/// What one upload run came to.
public struct UploadReport: Sendable {
    public struct Entry: Hashable, Sendable {
        public enum Ending: Hashable, Sendable {
            case committed(Receipt)
            /// This dataset did not get through; the others were not held up by it.
            case failed(UploadError)
            /// The run ended before its turn, or in the middle of it. What arrived stays arrived.
            case notSent
        }

        public let dataset: Dataset
        public let year: Year
        public let sequence: UInt64
        public let ending: Ending
        /// How the generation came out when it was collected, and what it holds.
        public let outcome: Outcome
        public let files: UInt64
        public let bytes: UInt64
        /// What went over the wire for it in this run.
        public let wire: WireBytes
        public let chunks: Int
        public let frames: Int
    }

    /// A commit of what is at the store of a very large generation, while the rest is on its way.
    public struct Slice: Hashable, Sendable {
        public let dataset: Dataset
        public let year: Year
        /// The generation's.
        public let sequence: UInt64
        /// How many files the slice has, and the generation.
        public let files: UInt64
        public let allFiles: UInt64
    }

    /// In the order of sending.
    public var entries: [Entry] = []
    /// What the store has committed of generations that it does not have whole; in the order of sending.
    public var slices: [Slice] = []
    /// Why the run ended before all was sent; nil if it did not.
    public var stopped: UploadError?
    /// Everything that went over the wire, TLS included.
    public var wire = WireBytes()
    /// The store's time, seconds since 1970, and the boot clock's when it was told; nil if the store was not reached.
    public var storeTime: (seconds: Int64, bootNanoseconds: Int64)?
    /// Sentences worth a line in the journal that are no failure.
    public var notices: [String] = []

    public init() {}

    /// What is not, or no longer, in staging as it was hashed.
    public var toCollectAgain: [Dataset] {
        entries.compactMap { entry in
            if case .failed(let error) = entry.ending, error.code == .collectAgain { entry.dataset } else { nil }
        }
    }

    /// As the command ends with it: what stopped the run, or 1 if a dataset failed, or 0.
    public var exitStatus: Int32 {
        if let stopped { return stopped.exitStatus }
        return entries.contains { if case .failed = $0.ending { true } else { false } } ? 1 : 0
    }
}

/// What a run tells while it goes on.
public enum UploadEvent: Sendable {
    /// How far it is: content of pending generations that is at the store, and all of it, in bytes before compression;
    /// and what went over the wire.
    case progress(dataset: Dataset, done: UInt64, total: UInt64, wire: WireBytes)
    /// The store has committed a part of a dataset.
    case sliced(UploadReport.Slice)
    /// A dataset's turn is over.
    case ended(UploadReport.Entry)
}
