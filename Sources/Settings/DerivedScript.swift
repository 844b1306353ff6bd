/// One of the platform's own programs that make derived data on the server; the names are those of the `[run.*]` tables
/// and of `clix-collectd run-script`.
public enum DerivedScript: String, Sendable, Hashable, CaseIterable {
    /// Progress of each pupil in each unit.
    case progress
    /// Each visit of one user, or of every user.
    case activityTimestamps = "activity-timestamps"
    /// qbank's databases and the pupils' activities, in one archive.
    case assessments

    public var name: String { rawValue }
}
