import LevelTree
import Staging

/// `db-raw`: the running database's own files, where no dump could be made for days. They change while they are read, so the result
/// is partial whatever was read, and never stands in the place of `db`.
struct RawDatabaseCollector: Collector {
    let dataset = Dataset.of("db-raw")

    /// How old the last whole dump may be, in seconds: three days. A server that was off meanwhile is on for a dump first.
    private static let longestWithoutDump: Int64 = 3 * 86_400

    func locate(_ context: CollectionContext) -> Location {
        let place = context.sources.inData("db")
        var location = Place.folder([place], judge: nil)
        location.gathering.sourceIsPartial = true
        guard DatabaseFolder.kind(at: place) == .live else {
            location.absence =
                location.absence ?? location.problem?.message
                ?? "not needed: \(escapedText(place.path)) holds no live database"
            // What an earlier pass took of live files stands; dumps must never come under this name.
            location.problem = CollectingProblem(.notNeeded, location.absence ?? "")
            return location
        }
        if let last = context.lastComplete(.of("db")),
            (last.seconds...(last.seconds + RawDatabaseCollector.longestWithoutDump)).contains(context.now.seconds)
        {
            location.absence = "not needed: the last whole dump of db is not three days old"
            location.problem = CollectingProblem(.notNeeded, location.absence ?? "")
            return location
        }
        location.gathering.shortfalls = [
            Shortfall(path: "", reason: "copied from a database in use: not consistent, and to be repaired before use")
        ]
        return location
    }
}
