import LevelTree
import Staging

/// `db`: the databases of platform and assessment engine in mongodump's form. They are dumped inside the platform's
/// container; where a folder of dumps lies in the place of the server's files, as in a collected tree, it is taken as it
/// is. The live files themselves are never taken under this name.
struct DatabaseCollector: Collector {
    let dataset = Dataset.of("db")

    func locate(_ context: CollectionContext) -> Location {
        let place = context.sources.inData(dataset.name)
        let path = escapedText(place.path)
        switch DatabaseFolder.kind(at: place) {
        case .live:
            var location = Location(notes: [
                "dumped in the container \(context.container.name) by mongodump, one collection at a time; \(path) holds "
                    + "the running server's own files"
            ])
            location.origins = [.folder(SourceFolder(place))]
            return location
        case .neither:
            var location = Place.folder([place], include: verdict, judge: nil)
            guard location.absence == nil, location.problem == nil else { return location }
            if let link = DatabaseFolder.firstLink(in: place) {
                location.problem = CollectingProblem(.misplaced, link.message)
            } else {
                location.absence = "\(path) holds no dump: no folder of a database with .bson files"
            }
            return location
        case .dumps, .absent, .unreadable: return Place.folder([place], include: verdict, judge: nil)
        }
    }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        let place = context.sources.inData(dataset.name)
        guard DatabaseFolder.kind(at: place) == .live else {
            var gathering = try locate(context).checkedGathering()
            gathering.fault = DatabaseFolder.fault
            gathering.parts += DatabaseFolder.missing(in: place).map {
                .missed($0, reason: "is not there, though its .metadata.json is: the dump ended before it")
            }
            return gathering
        }
        if case .problem(let problem) = await context.container.state() {
            throw DatabaseDump.problem(problem, context.masking())
        }
        return try await context.withScratch { scratch throws(CollectingProblem) in
            var dump = DatabaseDump(context, scratch: scratch)
            return try await dump.run()
        }
    }

    /// `<database>/<Collection>.bson` and `.metadata.json`, and what mongodump writes at the top (`oplog.bson`).
    @Sendable private func verdict(_ path: RelativePath) -> SourceVerdict {
        guard path.components.count <= 2, DatabaseFolder.isDumpFile(path.lastComponent) else {
            return .skipAndList("not part of a dump")
        }
        return .take
    }
}
