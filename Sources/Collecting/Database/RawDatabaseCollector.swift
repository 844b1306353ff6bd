import LevelTree
import Staging

/// `db-raw`: the running database's own files, where there is no dump. They change while they are read, so the result
/// is partial whatever was read, and never stands in the place of `db`.
struct RawDatabaseCollector: Collector {
    let dataset = Dataset.of("db-raw")

    func locate(_ context: CollectionContext) -> Location {
        let place = context.sources.inData("db")
        var location = Place.folder([place])
        location.gathering.sourceIsPartial = true
        guard DatabaseFolder.kind(at: place) == .live else {
            location.absence =
                location.absence ?? location.problem?.message
                ?? "not needed: \(escapedText(place.path)) holds no live database"
            // What an earlier pass took of live files stands; dumps must never come under this name.
            location.problem = CollectingProblem(.notNeeded, location.absence ?? "")
            return location
        }
        location.gathering.shortfalls = [
            Shortfall(path: "", reason: "copied from a database in use: not consistent, and to be repaired before use")
        ]
        return location
    }
}
