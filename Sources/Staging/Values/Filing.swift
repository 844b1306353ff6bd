import LevelTree

/// When a held generation was made, now that it is known as well as it ever will be.
public struct Filing: Hashable, Sendable {
    public let sequence: UInt64
    public let year: Year
    /// In milliseconds since 1970; the best guess where it is not certain.
    public let startedMilliseconds: Int64
    /// Whether the time is known, and not only the year, or the best guess at it.
    public let isCertain: Bool

    public init(sequence: UInt64, year: Year, startedMilliseconds: Int64, isCertain: Bool) {
        self.sequence = sequence
        self.year = year
        self.startedMilliseconds = startedMilliseconds
        self.isCertain = isCertain
    }
}
