import Glibc
import LevelTree
import Staging

/// A log file that is open, so that it stays the same file however it is renamed or removed meanwhile.
final class OpenedLog {
    let name: LogFileName
    let file: Int32
    let inode: UInt64
    let device: UInt64
    let size: UInt64
    let modified: FileTime
    let mode: UInt16

    /// Nil if it is not there any more, or is no regular file: of a symlink under a log's name, the walk over the folder
    /// tells.
    /// - Throws: `SourceProblem` if it cannot be opened for another reason.
    init?(_ name: LogFileName, in folder: SourcePlace) throws(SourceProblem) {
        guard let place = folder.appending(name.bytes) else { return nil }
        let file: Int32
        do throws(SourceProblem) {
            file = try place.openDescriptor(.file)
        } catch {
            switch error.kind {
            case .absent, .link, .misplaced: return nil
            case .brokenRoot, .unreadable: throw error
            }
        }
        var facts = stat()
        guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(file)
            return nil
        }
        self.name = name
        self.file = file
        inode = UInt64(facts.st_ino)
        device = UInt64(facts.st_dev)
        size = UInt64(max(0, facts.st_size))
        modified = FileTime(seconds: Int64(facts.st_mtim.tv_sec), nanoseconds: Int32(facts.st_mtim.tv_nsec))
        mode = UInt16(facts.st_mode & 0o777)
    }

    deinit { close(file) }

    /// In one number, for comparing.
    var modifiedNanoseconds: Int64 {
        modified.seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue &+ Int64(modified.nanoseconds)
    }
}

extension OpenedLog {
    /// Every log in the folder, each file once, as one moment had them.
    ///
    /// While they are opened one by one, a rotation may rename them under our hands: a file could be seen twice, or not at
    /// all. So the names are looked at again afterwards, and if they have changed, all is done anew.
    /// - Throws: `CollectingProblem` if a log cannot be read, or they are renamed again and again.
    static func all(
        in folder: SourcePlace, where isWanted: (LogFileName) -> Bool
    ) throws(CollectingProblem) -> [OpenedLog] {
        for _ in 0..<10 {
            guard let names = Folder.names(in: folder) else {
                throw CollectingProblem(.unreadable, "\(escapedText(folder.path)) cannot be listed")
            }
            var logs: [OpenedLog] = []
            do throws(SourceProblem) {
                for name in names.compactMap(LogFileName.init) where isWanted(name) {
                    if let log = try OpenedLog(name, in: folder) { logs.append(log) }
                }
            } catch {
                throw CollectingProblem(.unreadable, error.message)
            }
            if isUnchanged(logs, in: folder, where: isWanted) { return once(logs) }
        }
        throw CollectingProblem(
            .unreadable, "the logs in \(escapedText(folder.path)) are renamed while they are opened")
    }

    /// A file with several names (hard links) goes by its newest one.
    private static func once(_ logs: [OpenedLog]) -> [OpenedLog] {
        var seen: Set<[UInt64]> = []
        return logs.sorted { ($1.name.age, $0.name.log) < ($0.name.age, $1.name.log) }
            .filter { seen.insert([$0.device, $0.inode]).inserted }
    }

    private static func isUnchanged(
        _ logs: [OpenedLog], in folder: SourcePlace, where isWanted: (LogFileName) -> Bool
    ) -> Bool {
        var now: [LogFileName: UInt64] = [:]
        for name in (Folder.names(in: folder) ?? []).compactMap(LogFileName.init) where isWanted(name) {
            guard let log = try? OpenedLog(name, in: folder) else { continue }
            now[name] = log.inode
        }
        return now == Dictionary(logs.map { ($0.name, $0.inode) }, uniquingKeysWith: { first, _ in first })
    }
}
