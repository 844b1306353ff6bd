import LevelTree
import Staging

/// `gstudio_tools_logs`: one JSON array per user and interactive tool, rewritten in place by the platform.
struct ToolsLogsCollector: Collector {
    let dataset = Dataset.of("gstudio_tools_logs")

    func locate(_ context: CollectionContext) -> Location {
        Place.folder([context.sources.inData(dataset.name)])
    }
}
