import LevelTree

/// One file of a generation.
public struct ManifestEntry: Hashable, Sendable {
    /// Relative to the dataset's folder; the file's own name for datasets that are single files.
    public var path: RelativePath
    /// In bytes; the chunks' lengths add up to it.
    public var size: UInt64
    /// Permission bits, 0 to 0o777. Uid, gid, setuid and setgid are not kept.
    public var mode: UInt16
    public var modified: FileTime
    /// Whether this is the last good content of a file that could not be read this time.
    public var isStale: Bool
    public var chunks: [ChunkReference]

    public init(
        path: RelativePath, size: UInt64, mode: UInt16, modified: FileTime, isStale: Bool = false,
        chunks: [ChunkReference]
    ) {
        self.path = path
        self.size = size
        self.mode = mode
        self.modified = modified
        self.isStale = isStale
        self.chunks = chunks
    }

    /// What must be true of every entry, whoever made it.
    func check() throws(ContentProblem) {
        guard mode <= 0o777 else {
            throw ContentProblem(.malformedManifest, "the entry \(path) has mode bits beyond 0777")
        }
        guard (0..<1_000_000_000).contains(modified.nanoseconds) else {
            throw ContentProblem(.malformedManifest, "the entry \(path) has a modification time with wrong nanoseconds")
        }
        var sum: UInt64 = 0
        for chunk in chunks {
            guard chunk.length > 0, chunk.length <= ContentClass.bulk.maximum else {
                throw ContentProblem(.wrongChunkLengths, "the entry \(path) has a chunk of \(chunk.length) bytes")
            }
            sum += UInt64(chunk.length)
        }
        guard sum == size else {
            throw ContentProblem(
                .wrongChunkLengths, "the entry \(path) has \(size) bytes, but its chunks add up to \(sum)")
        }
    }
}

/// The order that both coders hold to: rising by component, no path twice, and no file inside a file.
struct ManifestOrder {
    private var last: RelativePath?

    mutating func admit(_ path: RelativePath) throws(ContentProblem) {
        if let last {
            if path == last { throw ContentProblem(.unsortedManifest, "the path \(path) stands twice in the manifest") }
            guard last < path else {
                throw ContentProblem(.unsortedManifest, "the path \(path) stands after \(last) in the manifest")
            }
            guard !path.isInside(last) else {
                throw ContentProblem(
                    .unsortedManifest, "\(last) is a file in the manifest, so \(path) cannot lie in it")
            }
        }
        last = path
    }
}
