import LevelTree
import Staging

/// One dataset's sources as `sources` and `check` show them: where it is, how big it is, what is skipped and why.
public struct SourceReport: Sendable {
    public let dataset: Dataset
    /// The folders and files that it is collected, or made, from, on this machine or inside the container, as text for
    /// people.
    public let places: [String]
    /// Why there is nothing to collect here; normal for some installations.
    public let absence: String?
    /// Why what is there cannot be collected under this dataset's name.
    public let problem: String?
    /// What a person should know besides: that a file is made at each collection, or why it is partial in any case.
    public let notes: [String]
    /// Counted by the walk that a collection makes; nil where there is nothing to walk.
    public let survey: SourceSurvey?

    /// Walks the dataset's sources; reads no content and runs no program.
    /// - Parameter adjust: what the caller does to a gathering before it is collected, as leaving out what the
    ///   configuration excludes; so the report speaks of what a collection would take.
    public init(
        of collector: any Collector, in context: CollectionContext, adjust: (Gathering) -> Gathering = { $0 }
    ) {
        let location = collector.locate(context)
        dataset = collector.dataset
        absence = location.absence
        problem = location.absence == nil ? location.problem?.message : nil
        notes = location.notes + location.gathering.shortfalls.map(\.reason)
        let isTaken = !location.gathering.parts.isEmpty
        let gathering = isTaken ? adjust(location.gathering) : Gathering(parts: location.origins)
        guard location.absence == nil, location.problem == nil, isTaken || !gathering.parts.isEmpty else {
            places = location.inside
            survey = nil
            return
        }
        let cache = Array(context.containerCache.utf8)
        let here = gathering.parts.compactMap(\.place).filter { $0.root != cache }
        places = location.inside + here.map { escapedText($0.path) }
        survey = SourceSurvey(of: gathering)
    }
}
