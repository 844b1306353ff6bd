import LevelTree
import Staging

/// `db`: the databases of platform and assessment engine in mongodump's form, from a folder of dumps. A live folder of
/// MongoDB's is never taken under this name.
struct DatabaseCollector: Collector {
    let dataset = Dataset.of("db")

    func locate(_ context: CollectionContext) -> Location {
        let place = context.sources.inData(dataset.name)
        let path = escapedText(place.path)
        var location = Place.folder([place], include: verdict)
        switch DatabaseFolder.kind(at: place) {
        case .live:
            location.problem = CollectingProblem(
                .unusable,
                "\(path) holds the running database's own files (WiredTiger), whose copy is not a whole database; "
                    + "no dump is there to collect, and the files go to db-raw as partial")
        case .neither where location.absence == nil && location.problem == nil:
            if let link = DatabaseFolder.firstLink(in: place) {
                location.problem = CollectingProblem(.misplaced, link.message)
                break
            }
            location.absence = "\(path) holds no dump: no folder of a database with .bson files"
        default: break
        }
        return location
    }

    /// `<database>/<Collection>.bson` and `.metadata.json`, and what mongodump writes at the top (`oplog.bson`).
    @Sendable private func verdict(_ path: RelativePath) -> SourceVerdict {
        guard path.components.count <= 2, DatabaseFolder.isDumpFile(path.lastComponent) else {
            return .skipAndList("not part of a dump")
        }
        return .take
    }
}
