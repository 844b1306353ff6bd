import LevelTree
import Staging

/// `assessment-media/studentResponseFiles`: pupils' recordings and images. Both places that hold them: qbank's own
/// folder, on the host or inside the container, and the platform's hourly copy of it, which also has what is gone from
/// there. A name that is in both counts once, as qbank's folder has it.
struct StudentResponsesCollector: Collector {
    let dataset = Dataset.of("assessment-media/studentResponseFiles")

    private func inside(_ context: CollectionContext) -> InsideSource {
        InsideSource(dataset, inside: context.containerPaths.assessmentStore + "/studentResponseFiles", context)
    }

    func locate(_ context: CollectionContext) -> Location {
        let own = Place.folder(
            [context.sources.inAssessmentStore("studentResponseFiles")], include: NeverCollected.fileVerdict, judge: nil
        )
        if own.problem != nil { return own }
        guard own.absence != nil else { return Location(gathering: adding(copy(context), to: own.gathering)) }
        let inside = inside(context)
        var location: Location
        if inside.isCached {
            location = Location(gathering: adding(copy(context), to: Gathering(parts: [inside.part])))
        } else {
            location = copy(context)
            location.absence = location.absence.map { "\(own.absence ?? ""); \($0)" }
        }
        location.inside = [inside.text]
        location.look = InsideLook(
            source: inside, beside: adding(copy(context), to: Gathering(parts: [])).parts)
        location.mayBeMade = true
        return location
    }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        try await inside(context).gather(locate(context)) { adding(copy(context), to: $0) }
    }

    private func copy(_ context: CollectionContext) -> Location {
        Place.folder([context.sources.inData(dataset.name)], include: NeverCollected.fileVerdict, judge: nil)
    }

    /// A copy that may not be read is missed, and does not keep the originals back.
    private func adding(_ copy: Location, to gathering: Gathering) -> Gathering {
        var gathering = gathering
        if let problem = copy.problem {
            gathering.shortfalls.append(Shortfall(path: "", reason: problem.message))
        } else if copy.absence == nil {
            gathering.parts += copy.gathering.parts
        }
        return gathering
    }
}
