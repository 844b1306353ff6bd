import LevelTree
import Staging

/// `gstudio_tools_logs`: what pupils did in each tool, one JSON file for each of them, which the platform writes over in
/// place. A file that is caught half written, or that lost records in a power cut, never takes its last good one's place.
struct ToolsLogsCollector: Collector {
    let dataset = Dataset.of("gstudio_tools_logs")

    private func place(_ context: CollectionContext) -> SourcePlace { context.sources.inData(dataset.name) }

    func locate(_ context: CollectionContext) -> Location { Place.folder([place(context)]) }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        let found = try locate(context).checkedGathering()
        let excluded = context.excluded(dataset)
        var logs: [RelativePath] = []
        _ = SourceSurvey(of: found) { path, _ in
            if ToolsLogsCollector.isLog(path), !excluded.matches(path) { logs.append(path) }
        }
        let folder = place(context)
        let last = try context.remembered(of: dataset, as: ToolsLogsMemory.self) ?? ToolsLogsMemory()
        return try await context.withScratch { scratch throws(CollectingProblem) in
            var pass = ToolsLogsPass(context, memory: last, scratch: scratch)
            for path in logs {
                if let file = folder.appending(path) { try await pass.take(path, at: file) }
            }
            var gathering = Place.folder([folder], include: ToolsLogsCollector.othersVerdict).gathering
            gathering.parts += pass.parts
            gathering.shortfalls = pass.shortfalls
            gathering.memory = try pass.memory.encoded()
            let memory = pass.memory
            gathering.standing = { name in
                ToolsLogsPass.source(of: name, in: memory).flatMap {
                    excluded.matches($0) ? nil : folder.appending($0)
                }
            }
            return gathering
        }
    }

    private static func isLog(_ path: RelativePath) -> Bool { path.bytes.suffix(5).elementsEqual(".json".utf8) }

    @Sendable private static func othersVerdict(_ path: RelativePath) -> SourceVerdict {
        isLog(path) ? .skip : NeverCollected.fileVerdictWithKeys(path)
    }
}
