import LevelTree
import Staging

/// `server_settings.py`: the server's identity. The original where the code tree can be seen, else the hourly copy.
struct ServerSettingsCollector: Collector {
    let dataset = Dataset.of("server_settings.py")

    func locate(_ context: CollectionContext) -> Location { SettingsFile(dataset: dataset).locate(context) }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        try await SettingsFile(dataset: dataset).gather(context)
    }
}
