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
    /// Those that were read before and are not known again yet.
    private(set) var missing: [FollowedFile]

    init(_ memory: LogMemory) { missing = memory.files }

    /// A compressed file that was read to its end and is the same still; it need not be opened again.
    mutating func finished(_ log: OpenedLog) throws(CollectingProblem) -> FollowedFile? {
        try take {
            $0.isCompressed && $0.inode == log.inode && $0.size == log.size
                && $0.modified == log.modifiedNanoseconds
        }
    }

    /// The same file, as it is or longer.
    mutating func same(_ log: OpenedLog, _ content: LogContent) throws(CollectingProblem) -> FollowedFile? {
        try take { (record) throws(CollectingProblem) in
            guard !record.isCompressed, record.inode == log.inode else { return false }
            return try content.begins(as: record)
        }
    }

    /// A file with the content of one that is gone; to be asked when every file was asked whether it is the same.
    mutating func heir(_ log: OpenedLog, _ content: LogContent) throws(CollectingProblem) -> FollowedFile? {
        // An empty compressed file has nothing to inherit.
        try take { (record) throws(CollectingProblem) in
            guard record.offset > 0, record.log == log.name.log else { return false }
            return try content.begins(as: record)
        }
    }

    private mutating func take(
        _ isIt: (FollowedFile) throws(CollectingProblem) -> Bool
    ) throws(CollectingProblem) -> FollowedFile? {
        for index in missing.indices where try isIt(missing[index]) { return missing.remove(at: index) }
        return nil
    }
}
