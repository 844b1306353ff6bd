import LevelTree
import Staging

/// `gstudio-logs`: general logs of the platform's scripts.
struct GStudioLogsCollector: Collector {
    let dataset = Dataset.of("gstudio-logs")

    func locate(_ context: CollectionContext) -> Location {
        Place.folder([context.sources.inData(dataset.name)])
    }
}
