import LevelTree
import Staging

/// `server_settings.py`: the server's identity. The original where the code tree can be seen, else the hourly copy.
struct ServerSettingsCollector: Collector {
    let dataset = Dataset.of("server_settings.py")

    func locate(_ context: CollectionContext) -> Location {
        Place.file(context.sources.settingsFile(dataset.name), as: .fixed(dataset.name))
    }
}
