import Glibc
import LevelTree
import Staging

extension SeenLog {
    /// Every log in the folder, each file once, as one moment had them.
    ///
    /// While they are looked at one by one, a rotation may rename them under our hands: a file could be seen twice, or not
    /// at all. So the names are looked at again afterwards, and if they have changed, all is done anew.
    /// - Throws: `CollectingProblem` if a log cannot be read, or they are renamed again and again.
    static func all(
        in folder: SourcePlace, where isWanted: (LogFileName) -> Bool
    ) throws(CollectingProblem) -> [SeenLog] {
        for _ in 0..<10 {
            guard let names = Folder.names(in: folder) else {
                throw CollectingProblem(.unreadable, "\(escapedText(folder.path)) cannot be listed")
            }
            var logs: [SeenLog] = []
            do throws(SourceProblem) {
                // The newest first: a server that is still to reopen its log adds to an older one until then, and what is
                // seen of the newer one must come behind all of that.
                let wanted = names.compactMap(LogFileName.init).filter(isWanted).sorted { $1.age < $0.age }
                for name in wanted {
                    if let log = try SeenLog(name, in: folder) { logs.append(log) }
                }
            } catch {
                throw CollectingProblem(.unreadable, error.message)
            }
            if isUnchanged(logs, in: folder, where: isWanted) { return once(logs) }
        }
        throw CollectingProblem(
            .unreadable, "the logs in \(escapedText(folder.path)) are renamed while they are looked at")
    }

    /// A file with several names (hard links) goes by its newest one.
    private static func once(_ logs: [SeenLog]) -> [SeenLog] {
        var seen: Set<[UInt64]> = []
        return logs.sorted { ($1.name.age, $0.name.log) < ($0.name.age, $1.name.log) }
            .filter { seen.insert([$0.facts.device, $0.facts.inode]).inserted }
    }

    private static func isUnchanged(
        _ logs: [SeenLog], in folder: SourcePlace, where isWanted: (LogFileName) -> Bool
    ) -> Bool {
        var now: [LogFileName: UInt64] = [:]
        for name in (Folder.names(in: folder) ?? []).compactMap(LogFileName.init) where isWanted(name) {
            guard let found = try? LogFacts.open(name.bytes, in: folder) else { continue }
            close(found.file)
            now[name] = found.facts.inode
        }
        return now == Dictionary(logs.map { ($0.name, $0.facts.inode) }, uniquingKeysWith: { first, _ in first })
    }
}
