import LevelTree
import Staging

/// `qbank_data.tar.gz`: the assessment engine's databases, as the platform's hourly script packs them. Not in the
/// standard's list, but collected in practice.
struct QbankDataCollector: Collector {
    let dataset = Dataset.of("qbank_data.tar.gz")

    func locate(_ context: CollectionContext) -> Location {
        Place.file(
            [context.sources.inData("qbank/\(dataset)"), context.sources.inData(dataset.name)],
            as: .fixed(dataset.name))
    }
}
