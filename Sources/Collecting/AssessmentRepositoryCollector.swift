import LevelTree
import Staging

/// `assessment-media/repository`: media used in assessments, and the originals of pupils' answers. Written once, so
/// staged by reference. Where qbank's folder is not on the host, out of the container.
struct AssessmentRepositoryCollector: Collector {
    let dataset = Dataset.of("assessment-media/repository")

    private func inside(_ context: CollectionContext) -> InsideSource {
        InsideSource(dataset, inside: context.containerPaths.assessmentStore + "/repository", context)
    }

    private func host(_ context: CollectionContext) -> SourcePlace {
        context.sources.inAssessmentStore("repository")
    }

    func locate(_ context: CollectionContext) -> Location {
        var location = Place.folder(
            [host(context), context.sources.inData(dataset.name)], include: NeverCollected.fileVerdict, judge: nil)
        guard Place.look(at: host(context), for: .folder) == .absent else { return location }
        let inside = inside(context)
        if inside.isCached { location = Location(gathering: Gathering(parts: [inside.part])) }
        location.inside = [inside.text]
        location.look = InsideLook(source: inside)
        location.mayBeMade = true
        return location
    }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        try await inside(context).gather(locate(context), isCopyAll: true)
    }
}
