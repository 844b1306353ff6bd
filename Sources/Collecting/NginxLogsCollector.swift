import LevelTree
import Staging

/// `nginx-logs`: the web server's logs, rotated and current, as they are found.
struct NginxLogsCollector: Collector {
    let dataset = Dataset.of("nginx-logs")

    func locate(_ context: CollectionContext) -> Location {
        Place.folder(["\(context.sources.data)/\(dataset)"])
    }
}
