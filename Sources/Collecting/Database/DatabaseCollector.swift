import LevelTree
import Staging

/// `db`: the databases of platform and assessment engine in mongodump's form. They are dumped inside the platform's
/// container; where a folder of dumps lies in the place of the server's files, as in a collected tree, it is taken as it
/// is. For a dump the server's files need not be seen: they may lie elsewhere, or be closed to this program. The live files themselves are never taken under this name.
struct DatabaseCollector: Collector {
    let dataset = Dataset.of("db")

    func locate(_ context: CollectionContext) -> Location {
        let place = context.sources.inData(dataset.name)
        let path = escapedText(place.path)
        switch DatabaseFolder.kind(at: place) {
        case .dumps: return dumps(in: place)
        case .live:
            var location = made(context, "\(path) holds the running server's own files")
            location.origins = [.folder(SourceFolder(place))]
            return location
        case .unreadable: return made(context, "\(path) cannot be read, and need not be")
        case .neither, .absent:
            var location = dumps(in: place)
            guard location.problem == nil else { return location }
            if let link = DatabaseFolder.firstLink(in: place) {
                location.problem = CollectingProblem(.misplaced, link.message)
            } else {
                location.absence =
                    location.absence ?? "\(path) holds no dump: no folder of a database with .bson files"
                location.mayBeMade = true
                location.notes = made(context, nil).notes
            }
            return location
        }
    }

    private func dumps(in place: SourcePlace) -> Location { Place.folder([place], include: verdict, judge: nil) }

    private func made(_ context: CollectionContext, _ fact: String?) -> Location {
        let how = "dumped in the container \(context.container.name) by mongodump, one collection at a time"
        return Location(notes: [how + (fact.map { "; \($0)" } ?? "")])
    }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        let place = context.sources.inData(dataset.name)
        let location = locate(context)
        if DatabaseFolder.kind(at: place) == .dumps { return try taken(location, from: place) }
        if let problem = location.problem { throw problem }
        if case .problem(let problem) = await context.container.state() {
            guard let absence = location.absence else { throw DatabaseDump.problem(problem, context.masking()) }
            throw CollectingProblem(
                .absent, "\(absence), and none could be made: \(problem.message)", isForNow: problem.mayPass)
        }
        return try await context.withScratch { scratch throws(CollectingProblem) in
            var dump = DatabaseDump(context, scratch: scratch)
            return try await dump.run()
        }
    }

    /// Dumps that somebody else made are asked whether they are whole.
    private func taken(_ location: Location, from place: SourcePlace) throws(CollectingProblem) -> Gathering {
        var gathering = try location.checkedGathering()
        gathering.fault = DatabaseFolder.fault
        gathering.parts += DatabaseFolder.missing(in: place).map {
            .missed($0, reason: "is not there, though its .metadata.json is: the dump ended before it")
        }
        return gathering
    }

    /// `<database>/<Collection>.bson` and `.metadata.json`, and what mongodump writes at the top (`oplog.bson`).
    @Sendable private func verdict(_ path: RelativePath) -> SourceVerdict {
        guard path.components.count <= 2, DatabaseFolder.isDumpFile(path.lastComponent) else {
            return .skipAndList("not part of a dump")
        }
        return .take
    }
}
