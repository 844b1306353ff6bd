import LevelTree
import Staging

/// `assessment-media/studentResponseFiles`: pupils' recordings and images. qbank's own folder where it can be seen, else
/// the platform's hourly copy of it; never both, for they are the same files.
struct StudentResponsesCollector: Collector {
    let dataset = Dataset.of("assessment-media/studentResponseFiles")

    func locate(_ context: CollectionContext) -> Location {
        Place.folder(
            [context.sources.inAssessmentStore("studentResponseFiles"), context.sources.inData(dataset.name)],
            include: NeverCollected.fileVerdict, judge: nil)
    }
}
