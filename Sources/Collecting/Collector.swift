import LevelTree
import Staging

/// Says where one dataset's current state lies on this machine, and makes what has to be made. Staging does the rest:
/// a collector reads no content of what it only declares, and keeps no state.
public protocol Collector: Sendable {
    var dataset: Dataset { get }
    /// Whether what it remembers goes on over New Year, since it takes each line only once, in whatever year. Others begin
    /// each year with all that is at the source.
    var takesOnce: Bool { get }

    /// Where the dataset lies now. Runs nothing, and looks at no more than the names it needs for a decision, so it is
    /// cheap enough for `check` and `sources`.
    func locate(_ context: CollectionContext) -> Location

    /// What a collection takes: what `locate` found and what is made here.
    /// - Throws: `CollectingProblem` if there is nothing that may be collected under this dataset's name.
    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering
}

extension Collector {
    public var takesOnce: Bool { false }

    public func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        try locate(context).checkedGathering()
    }
}

/// Where a dataset lies.
public struct Location: Sendable {
    /// Names the expected place even where nothing is there: whether a source that has vanished counts is for staging's
    /// guard to decide, which knows the last generation.
    public var gathering: Gathering
    /// Why there is nothing here to collect, as a sentence; nil if there is. Where no generation exists either, there is
    /// nothing to do or to complain about.
    public var absence: String?
    /// Whether a collection may have it all the same, by asking the container: `gather` is to be asked even where nothing
    /// lies on the disk.
    public var mayBeMade = false
    /// What the dataset is made from where it is not taken as it lies, for a person to see where that is and how big.
    public var origins: [Gathering.Part] = []
    /// Where it is read from inside the container, as text for people; what was fetched of it may be among the parts.
    public var inside: [String] = []
    /// How that is counted without being fetched; nil where it is no folder or file that is taken as it lies.
    var look: InsideLook?
    /// Why what is there may not be collected under this name; then the pass fails and the last generation stands.
    public var problem: CollectingProblem?
    /// What a person should know: where a file that is made here comes from.
    public var notes: [String]

    public init(
        gathering: Gathering = Gathering(parts: []), absence: String? = nil, problem: CollectingProblem? = nil,
        notes: [String] = []
    ) {
        self.gathering = gathering
        self.absence = absence
        self.problem = problem
        self.notes = notes
    }

    func checkedGathering() throws(CollectingProblem) -> Gathering {
        if let problem { throw problem }
        if gathering.parts.isEmpty { throw CollectingProblem(.absent, absence ?? "there is nothing to collect") }
        return gathering
    }
}
