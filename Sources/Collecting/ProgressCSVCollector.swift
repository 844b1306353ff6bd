import LevelTree
import Staging

/// `gstudio-exported-users-analytics-csvs`: progress per unit. That a file exists for a day is itself a fact (the server
/// was on), so none is left out, be it empty or like another. A run of the platform's job takes up to 17 minutes; its
/// files wait until it has ended.
struct ProgressCSVCollector: Collector {
    let dataset = Dataset.of("gstudio-exported-users-analytics-csvs")

    func locate(_ context: CollectionContext) -> Location {
        Place.folder([context.sources.inData(dataset.name)])
    }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        let found = try locate(context).checkedGathering()
        return try await HalfSets(dataset, writers: ["export_users_analytics"], context).settled(found)
    }
}
