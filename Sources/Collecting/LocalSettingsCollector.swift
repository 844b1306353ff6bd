import LevelTree
import Staging

/// `local_settings.py`: the platform's settings, with the database's password in them; kept as they are. The original
/// where the code tree can be seen, else the hourly copy.
struct LocalSettingsCollector: Collector {
    let dataset = Dataset.of("local_settings.py")

    func locate(_ context: CollectionContext) -> Location { SettingsFile(dataset: dataset).locate(context) }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        try await SettingsFile(dataset: dataset).gather(context)
    }
}
