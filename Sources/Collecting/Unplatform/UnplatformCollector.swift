import LevelTree
import Settings
import Staging

/// `unplatform`: what field staff brought from lab PCs without a server, unzipped or as archives, filed as
/// `<terminal id>/<archive name>/…`.
///
/// | in the drop folder | in the dataset |
/// |---|---|
/// | an archive, its MD5 right or not given | unpacked, below `<terminal id>/<archive name>` |
/// | the same, unzipped | the same |
/// | either, without a `terminalId` that can be believed | below `unknown-<first 8 digits of its SHA-256>/<archive name>` |
/// | another one of that terminal and name | below `<terminal id>/<archive name>~<first 8 digits of its SHA-256>` |
/// | an archive that is damaged, or hostile | `refused/<archive name>.zip`, unopened, and a shortfall that says why |
/// | a file that is none of these | `unsorted/…` |
/// | anything changed within two minutes | nothing yet |
///
/// An archive is opened once: its place is remembered with the generation that has it, and the dataset accumulates.
struct UnplatformCollector: Collector {
    let dataset = Dataset.of("unplatform")

    private func place(_ context: CollectionContext) -> SourcePlace { SourcePlace(root: context.sources.unplatform) }

    func locate(_ context: CollectionContext) -> Location {
        var location = Place.folder([place(context)])
        location.notes = ["archives are unpacked, and everything is filed by the lab PC that it is from"]
        return location
    }

    func gather(_ context: CollectionContext) async throws(CollectingProblem) -> Gathering {
        let location = locate(context)
        let found = try location.checkedGathering()
        if location.absence != nil { return found }
        return try await context.withScratch { scratch throws(CollectingProblem) in
            var pass = DropPass(context, memory: try memory(context), scratch: scratch)
            try pass.take(DropFolder(place(context)), in: place(context))
            return try pass.gathering()
        }
    }

    /// Under other patterns, every archive is taken again.
    private func memory(_ context: CollectionContext) throws(CollectingProblem) -> DropMemory {
        let excluded = context.excluded(dataset).patterns
        guard var memory = try context.remembered(of: dataset, as: DropMemory.self) else {
            return DropMemory(excluded: excluded)
        }
        if memory.excluded != excluded {
            memory.excluded = excluded
            memory.archives = []
            memory.filed = [:]
        }
        return memory
    }
}
