/// A file's modification time, to the nanosecond, as `stat(2)` gives it.
public struct FileTime: Hashable, Sendable, Codable {
    /// Since 1970-01-01 00:00 UTC; may be negative.
    public var seconds: Int64
    /// 0 to 999,999,999, always counted forwards.
    public var nanoseconds: Int32

    public init(seconds: Int64, nanoseconds: Int32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }
}

extension FileTime: Comparable {
    public static func < (left: FileTime, right: FileTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}
