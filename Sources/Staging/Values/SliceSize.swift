/// How large a slice of a very large generation is: what is committed while the rest is on its way, so that 17 GB over
/// months are visible from the first day. Pure.
public struct SliceSize: Hashable, Sendable {
    /// Content that makes a slice, in bytes.
    public var bytes: UInt64
    /// Files that do,
    public var files: UInt64
    /// where they have so many bytes together: 12,500 tiny files are one commit.
    public var filesBytes: UInt64

    public init(bytes: UInt64 = 256 << 20, files: UInt64 = 1000, filesBytes: UInt64 = 16 << 20) {
        self.bytes = bytes
        self.files = files
        self.filesBytes = filesBytes
    }

    /// Whether so much is a slice; or a part of one, that is one of so many.
    public func isReached(files: UInt64, bytes: UInt64, part: UInt64 = 1) -> Bool {
        bytes >= self.bytes / part || (files >= self.files / part && bytes >= filesBytes / part)
    }

    /// How many numbers a generation keeps for its slices: as many as it can have; none if it is not large enough for one.
    public func reserve(files: UInt64, bytes: UInt64) -> UInt64 {
        min(bytes / max(self.bytes, 1) + files / max(self.files, 1), bytes / max(min(filesBytes, self.bytes), 1))
    }
}
