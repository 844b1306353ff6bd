import LevelTree
import Staging

/// `qbank_data.tar.gz`: the assessment engine's databases, as the platform's hourly script packs them. Not in the
/// standard's list, but collected in practice. One that is still being packed waits; one that was cut never takes the last
/// good one's place.
struct QbankDataCollector: Collector {
    let dataset = Dataset.of("qbank_data.tar.gz")

    func locate(_ context: CollectionContext) -> Location {
        Place.file(
            [context.sources.inData("qbank/\(dataset)"), context.sources.inData(dataset.name)],
            as: .fixed(dataset.name))
    }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        let found = try locate(context).checkedGathering()
        let half = HalfSets(dataset, writers: ["single_school_get_MIT_activity_data"], context)
        var gathering = try await half.settled(found)
        gathering.fault = { _, file in TarGzip.fault(of: file) }
        return gathering
    }
}
