import Glibc
import LevelTree
import Staging

/// A log file as the folder had it at one moment. It is opened only while it is read, by what it is: by inode and its first
/// bytes, under whatever name it has by then.
struct SeenLog: Sendable {
    let name: LogFileName
    let folder: SourcePlace
    let facts: LogFacts
    /// Of the first bytes, compressed ones as they are.
    let head: Fingerprint

    private static let headLength: UInt64 = 1024

    /// Nil if it is not there any more, or is no regular file: of a symlink under a log's name, the walk over the folder
    /// tells.
    /// - Throws: `SourceProblem` if it cannot be opened for another reason.
    init?(_ name: LogFileName, in folder: SourcePlace) throws(SourceProblem) {
        guard let (file, facts) = try LogFacts.open(name.bytes, in: folder) else { return nil }
        defer { close(file) }
        let length = min(facts.size, SeenLog.headLength)
        guard let head = try? readBytes(of: file, at: 0, upTo: Int(length)) else { return nil }
        (self.name, self.folder, self.facts, self.head) = (name, folder, facts, Fingerprint(head))
    }

    /// What it holds, if it is still there. A log that the server writes into is read as far as it went when it was seen:
    /// what came later may be newer than what an older file gets meanwhile. That one is read as far as it goes now.
    /// - Returns: nil if it was removed or emptied since: then the next pass tells what became of it.
    /// - Throws: `CollectingProblem` if it cannot be opened.
    func open() throws(CollectingProblem) -> LogContent? {
        try openWhole(upTo: name.age == .current ? facts.size : .max)
    }

    /// The same, as far as it goes now.
    func openWhole(upTo limit: UInt64 = .max) throws(CollectingProblem) -> LogContent? {
        do throws(SourceProblem) {
            if let content = try content(name.bytes, limit) { return content }
            for other in Folder.names(in: folder) ?? [] where LogFileName(other) != nil {
                if let content = try content(other, limit) { return content }
            }
            return nil
        } catch {
            throw CollectingProblem(.unreadable, error.message)
        }
    }

    private func content(_ name: [UInt8], _ limit: UInt64) throws(SourceProblem) -> LogContent? {
        guard let (file, now) = try LogFacts.open(name, in: folder) else { return nil }
        guard now.isSameFile(as: facts), let start = try? readBytes(of: file, at: 0, upTo: head.length),
            Fingerprint(start) == head
        else {
            close(file)
            return nil
        }
        return LogContent(file, size: min(now.size, limit), isCompressed: self.name.isCompressed)
    }
}

/// What the disk says of a log file.
struct LogFacts: Hashable, Sendable {
    let inode: UInt64
    let device: UInt64
    let size: UInt64
    let modified: FileTime
    let mode: UInt16

    /// The caller closes the descriptor. Nil if there is no regular file of this name.
    static func open(
        _ name: [UInt8], in folder: SourcePlace
    ) throws(SourceProblem) -> (file: Int32, facts: LogFacts)? {
        guard let place = folder.appending(name) else { return nil }
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
        return (file, LogFacts(facts))
    }

    private init(_ facts: stat) {
        inode = UInt64(facts.st_ino)
        device = UInt64(facts.st_dev)
        size = UInt64(max(0, facts.st_size))
        modified = FileTime(facts.st_mtim)
        mode = UInt16(facts.st_mode & 0o777)
    }

    func isSameFile(as other: LogFacts) -> Bool { inode == other.inode && device == other.device }

    /// In one number, for comparing.
    var modifiedNanoseconds: Int64 {
        modified.seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue &+ Int64(modified.nanoseconds)
    }
}
