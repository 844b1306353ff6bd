import LevelTree
import Staging

/// `rcs-repo`: the history of each document, one `,v` file each; very many small ones.
///
/// A check-in makes a lock file (`,x.json,` beside `x.json,v`) and removes it soon: it is listed, not taken. A working
/// `x.json` beside its `x.json,v` is what a check-in that a power cut ended has left, and may be the only copy: kept.
struct RCSRepositoryCollector: Collector {
    let dataset = Dataset.of("rcs-repo")

    func locate(_ context: CollectionContext) -> Location {
        Place.folder([context.sources.inData(dataset.name)], include: verdict, judge: nil)
    }

    /// The names of rcs' lock files: rcsfiles(5), "SEMAPHORE FILES".
    @Sendable private func verdict(_ path: RelativePath) -> SourceVerdict {
        let name = path.lastComponent
        let comma = UInt8(ascii: ",")
        if name.count > 2, name.first == comma, name.last == comma {
            return .skipAndList("an RCS lock: a check-in was under way, or was cut short")
        }
        return NeverCollected.fileVerdict(path)
    }
}
