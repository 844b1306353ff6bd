import LevelTree
import Staging

/// `activity-timestamp-csvs`: each user's visits. Not in the standard's list, but collected in practice. What is still
/// being written waits.
struct ActivityCSVCollector: Collector {
    let dataset = Dataset.of("activity-timestamp-csvs")
    private static let writers = ["activity_timestamp", "get_all_users_activity_timestamp_csvs"]

    func locate(_ context: CollectionContext) -> Location {
        Place.folder([context.sources.inData(dataset.name)])
    }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        let found = try locate(context).checkedGathering()
        return try await HalfSets(dataset, writers: ActivityCSVCollector.writers, context).settled(found)
    }
}
