import Glibc
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
        var gathering = await half.settled(found)
        gathering.parts = gathering.parts.map(wholeOrMissed)
        return gathering
    }

    private func wholeOrMissed(_ part: Gathering.Part) -> Gathering.Part {
        // What cannot be opened is for staging to judge, which knows the last generation.
        guard case .file(let place, let path) = part, let file = try? place.openDescriptor(.file) else { return part }
        defer { close(file) }
        return TarGzip.fault(of: file).map { .missed(path, reason: "\($0), as after a power cut") } ?? part
    }
}
