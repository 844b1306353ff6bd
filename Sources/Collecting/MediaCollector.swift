import LevelTree
import Staging

/// `media`: files uploaded to the platform, named by their content and written once. 17 GB, so staged by reference.
struct MediaCollector: Collector {
    let dataset = Dataset.of("media")

    func locate(_ context: CollectionContext) -> Location {
        // Content decides nothing here: names are hashes, and an upload may end in any way.
        Place.folder([context.sources.inData(dataset.name)], include: NeverCollected.fileVerdict, judge: nil)
    }
}
