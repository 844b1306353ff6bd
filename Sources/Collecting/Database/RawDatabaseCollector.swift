import LevelTree
import Staging

/// `db-raw`: the running database's own files, where no dump could be made for days. They change
/// while they are read, so the result is partial whatever was read, and never stands in the place of `db`.
struct RawDatabaseCollector: Collector {
    let dataset = Dataset.of("db-raw")

    /// How old the last dump may be, in seconds: three days. A server that was off meanwhile is on for a dump first. One
    /// that lacks some collections counts too: these files would bring all of the others a second time.
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
        if let reason = RawDatabaseCollector.reasonToWait(context) {
            location.absence = reason
            location.problem = CollectingProblem(.notNeeded, reason)
            return location
        }
        location.gathering.shortfalls = [
            Shortfall(path: "", reason: "copied from a database in use: not consistent, and to be repaired before use")
        ]
        return location
    }

    private static func reasonToWait(_ context: CollectionContext) -> String? {
        // Then a table of its own asks for it.
        if context.isOff(.of("db")) { return nil }
        if let last = context.lastPublished(.of("db")) {
            return (0...longestWithoutDump).contains(context.now.seconds - last.seconds)
                ? "not needed: the last dump of db is not three days old" : nil
        }
        guard let first = context.firstTried(.of("db")) else { return "not needed yet: no dump of db was tried before" }
        return context.now.seconds - first.seconds <= longestWithoutDump
            ? "not needed yet: it is not three days that dumps of db fail" : nil
    }
}
