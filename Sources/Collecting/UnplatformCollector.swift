import LevelTree
import Staging

/// `unplatform`: what field staff brought from machines in labs without a server, as it lies in the drop folder. Such a
/// folder may hold a whole installation with its TLS keys; those stay.
struct UnplatformCollector: Collector {
    let dataset = Dataset.of("unplatform")

    func locate(_ context: CollectionContext) -> Location {
        Place.folder([SourcePlace(root: context.sources.unplatform)])
    }
}
