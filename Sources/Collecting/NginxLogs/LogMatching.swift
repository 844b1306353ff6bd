/// Decides which of the files that lie there now is which of those that were read before.
///
/// | what happened | how the file is known again |
/// |---|---|
/// | nothing, or it grew | by inode and content |
/// | renamed (`create`) | the same; the name does not count |
/// | copied and truncated (`copytruncate`) | the copy by content, once the file with the inode no longer has it; it is not looked at before |
/// | compressed | by content, once the file itself is gone |
/// | truncated | its inode no longer has the content: a new file, and the old one is missing |
/// | removed | not at all: it is missing |
///
/// Content alone is believed only in place of a file that is gone: two logs may begin alike.
struct LogMatching {
    private let logs: [SeenLog]
    /// What was read of files that are there still, by the names that they have now.
    private var known: [LogFileName: FollowedFile] = [:]
    /// Those that were read before and are not known again yet.
    private(set) var missing: [FollowedFile]

    /// - Throws: `CollectingProblem` if a log cannot be read.
    init(_ memory: LogMemory, _ logs: [SeenLog]) throws(CollectingProblem) {
        self.logs = logs
        missing = memory.files
        for log in logs { known[log.name] = try log.name.isCompressed ? finished(log) : same(log) }
    }

    /// How far it was read before, if it is known again as the file that it was.
    func record(of log: SeenLog) -> FollowedFile? { known[log.name] }

    /// A compressed file that was read to its end and is the same still; it need not be opened again.
    private mutating func finished(_ log: SeenLog) throws(CollectingProblem) -> FollowedFile? {
        try take {
            $0.isCompressed && $0.inode == log.facts.inode && $0.size == log.facts.size
                && $0.modified == log.facts.modifiedNanoseconds
        }
    }

    /// The same file, as it is or longer.
    private mutating func same(_ log: SeenLog) throws(CollectingProblem) -> FollowedFile? {
        guard missing.contains(where: { $0.inode == log.facts.inode }), let content = try log.open() else { return nil }
        return try take { (record) throws(CollectingProblem) in
            guard !record.isCompressed, record.inode == log.facts.inode else { return false }
            return try content.begins(as: record)
        }
    }

    /// What a file is that was not known again.
    enum Stranger {
        case new
        /// It has the content of one that is gone.
        case heir(of: FollowedFile)
        /// `copytruncate` copies a log before it empties it: until then, all that is in the copy is in the log.
        case copyInTheMaking
    }

    /// To be asked when the file is to be read, about just what is to be read of it.
    mutating func stranger(_ log: SeenLog, _ content: LogContent) throws(CollectingProblem) -> Stranger {
        if try isCopyInTheMaking(log, content) { return .copyInTheMaking }
        // An empty compressed file has nothing to inherit.
        let gone = try take { (record) throws(CollectingProblem) in
            guard record.offset > 0, record.log == log.name.log else { return false }
            return try content.begins(as: record)
        }
        if let gone { return .heir(of: gone) }
        if let emptied = try emptiedSince(log, content) { return .heir(of: emptied) }
        return .new
    }

    private func current(of log: SeenLog) -> SeenLog? {
        guard log.name.age != .current else { return nil }
        return logs.first { $0.name.log == log.name.log && $0.name.age == .current && !$0.name.isCompressed }
    }

    private func isCopyInTheMaking(_ copy: SeenLog, _ content: LogContent) throws(CollectingProblem) -> Bool {
        guard !copy.name.isCompressed, let log = try current(of: copy)?.openWhole() else { return false }
        return try content.isBeginning(of: log)
    }

    /// What was read of a log that was known again when the pass began, was copied, and has been emptied since.
    private mutating func emptiedSince(
        _ copy: SeenLog, _ content: LogContent
    ) throws(CollectingProblem) -> FollowedFile? {
        guard let log = current(of: copy), let record = known[log.name], record.offset > 0,
            try content.begins(as: record)
        else { return nil }
        if let now = try log.openWhole(), try now.begins(as: record) { return nil }
        known[log.name] = nil
        return record
    }

    private mutating func take(
        _ isIt: (FollowedFile) throws(CollectingProblem) -> Bool
    ) throws(CollectingProblem) -> FollowedFile? {
        for index in missing.indices where try isIt(missing[index]) { return missing.remove(at: index) }
        return nil
    }
}
