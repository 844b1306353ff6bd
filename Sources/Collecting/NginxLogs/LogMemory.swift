import Content

/// How far each log file was read: what the follower remembers from one pass to the next.
struct LogMemory: Remembered, Hashable, Sendable {
    var files: [FollowedFile] = []
    /// How large the newest days' files are, as staging has them.
    var days: [StagedDay] = []
}

/// A day's file: what comes to it is written beside all that it has.
struct StagedDay: Codable, Hashable, Sendable {
    var log: LogName
    var day: Int
    /// In bytes.
    var size: UInt64
}

/// One log file that was read. It is known again by what it is, not by its name: by its inode and its content, and where
/// rotation copied or compressed it, by its content alone.
struct FollowedFile: Codable, Hashable, Sendable {
    var log: LogName
    var inode: UInt64
    /// As the file was stored, compressed or not; with `modified`, in nanoseconds, tells whether a compressed file is one
    /// that was read to its end.
    var size: UInt64
    var modified: Int64
    var isCompressed: Bool
    /// Whether it had the log's own name, so that the server wrote into it.
    var isCurrent: Bool
    /// How many bytes of the content were taken: up to the end of a line. Of a compressed file, of what is in it.
    var offset: UInt64
    /// The first bytes of what was taken, and the last ones.
    var head: Fingerprint
    var tail: Fingerprint
    /// Of the last line that was taken.
    var day: Int
}

/// The hash of a piece of a file.
struct Fingerprint: Codable, Hashable, Sendable {
    var length: Int
    var hash: String

    static let empty = Fingerprint([])

    init(_ bytes: some Collection<UInt8>) {
        length = bytes.count
        hash = String(ChunkID(hashing: Array(bytes)).hex.prefix(32))
    }
}
