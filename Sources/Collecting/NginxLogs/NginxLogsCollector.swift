import LevelTree
import Staging

/// `nginx-logs`: every line of the web server's logs once, in daily files `<log name>-YYYYMMDD.log` by the date in the
/// line. How far each file was read is remembered with the generation that the lines were published in, so that a line is
/// neither lost nor taken twice, however logs are rotated meanwhile.
///
/// What is in the folder and is no log is taken as it is found.
struct NginxLogsCollector: Collector {
    let dataset = Dataset.of("nginx-logs")
    let takesOnce = true

    private func place(_ context: CollectionContext) -> SourcePlace { context.sources.inData(dataset.name) }

    func locate(_ context: CollectionContext) -> Location {
        Place.folder([place(context)])
    }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        let others = Place.folder([place(context)], include: NginxLogsCollector.othersVerdict)
        let found = try others.checkedGathering()
        if others.absence != nil { return found }
        var leftOut: Set<LogName> = []
        let logs = try SeenLog.all(in: place(context)) { name in
            guard let path = try? RelativePath(name.bytes) else { return false }
            guard context.excluded(dataset).matches(path) else { return true }
            leftOut.insert(name.log)
            return false
        }
        let memory = try self.memory(context)
        return try await context.withScratch { scratch throws(CollectingProblem) in
            var follower = LogFollower(context, memory: memory, scratch: scratch)
            try follower.run(logs, leftOut: leftOut)
            var gathering = try follower.gathering()
            gathering.parts += found.parts
            return gathering
        }
    }

    /// - Throws: `CollectingProblem` if it cannot be read, or is in another form, as a later release may write it: without it every line would
    ///   be taken a second time.
    private func memory(_ context: CollectionContext) throws(CollectingProblem) -> LogMemory {
        guard let last = try context.memory(dataset) else { return LogMemory() }
        guard let memory = LogMemory(last.bytes) else {
            throw CollectingProblem(
                .unusable,
                "how far the logs were read is remembered in a form that this release does not know; use the "
                    + "release that ran here last")
        }
        return memory
    }

    /// Logs at the top of the folder are followed instead.
    @Sendable private static func othersVerdict(_ path: RelativePath) -> SourceVerdict {
        if path.components.count == 1, LogFileName(path.bytes) != nil { return .skip }
        return NeverCollected.fileVerdictWithKeys(path)
    }
}
