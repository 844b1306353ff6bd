import LevelTree
import Staging

/// `assessment-media/repository`: media used in assessments, and the originals of pupils' answers. Written once, so
/// staged by reference.
struct AssessmentRepositoryCollector: Collector {
    let dataset = Dataset.of("assessment-media/repository")

    func locate(_ context: CollectionContext) -> Location {
        Place.folder(
            [context.sources.inAssessmentStore("repository"), context.sources.inData(dataset.name)],
            include: NeverCollected.fileVerdict, judge: nil)
    }
}
