import LevelTree

/// Which release of the program this is.
public enum Release {
    public static let version = "0.1.0"
    /// No clock can be earlier than this: the release did not exist yet. Moved forward with each release.
    static let date = FileTime(seconds: 1_767_225_600, nanoseconds: 0)  // 2026-01-01 00:00 UTC
}
