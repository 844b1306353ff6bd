import LevelTree
import Staging

/// `activity-timestamp-csvs`: each user's visits. Not in the standard's list, but collected in practice.
struct ActivityCSVCollector: Collector {
    let dataset = Dataset.of("activity-timestamp-csvs")

    func locate(_ context: CollectionContext) -> Location {
        Place.folder([context.sources.inData(dataset.name)])
    }
}
