import LevelTree
import Staging

/// `gstudio-exported-users-analytics-csvs`: progress per unit. That a file exists for a day is itself a fact (the server
/// was on), so none is left out, be it empty or like another.
struct ProgressCSVCollector: Collector {
    let dataset = Dataset.of("gstudio-exported-users-analytics-csvs")

    func locate(_ context: CollectionContext) -> Location {
        Place.folder([context.sources.inData(dataset.name)])
    }
}
