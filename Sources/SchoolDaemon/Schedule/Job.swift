import LevelTree
import Settings

/// Something that the daemon does again and again, each at its own times.
public enum Job: Hashable, Sendable {
    case collect(Dataset)
    /// One of the platform's own scripts, and then the collection of what it has made.
    case run(DerivedScript)

    /// As the configuration's table is named: `collect.db`, `run.progress`.
    public var name: String {
        switch self {
        case .collect(let dataset): "collect.\(dataset.name)"
        case .run(let script): "run.\(script.name)"
        }
    }

    /// Takes minutes of a disk or of the container: of these, one at a time; the others never wait for it.
    public var isHeavy: Bool {
        switch self {
        case .run: true
        case .collect(let dataset): Self.heavyDatasets.contains(dataset.name)
        }
    }

    private static let heavyDatasets: Set = [
        "postgres-dump", "db", "db-raw", "assessment-media/studentResponseFiles", "rcs-repo", "nginx-logs",
        "unplatform",
        "assessment-media/repository", "media",
    ]
}

/// When a job is to be done.
public struct JobRule: Sendable, Hashable {
    public let job: Job
    public let calendar: CalendarRule
    /// Not earlier after the machine's start, in seconds.
    public let afterBoot: Double
    /// How much later than the calendar says, in seconds: 700 schools do not all begin at the stroke of the hour.
    public let delay: Double
    /// The lower, the earlier, among those that are due.
    public let rank: Int
    /// Stays out of these minutes of each hour; empty: any will do.
    public let avoidedMinutes: Range<Int>
    /// Whether it is done in each boot, also soon after the last run: what it makes tells of that boot.
    public let isOfEachBoot: Bool

    public init(
        _ job: Job, _ calendar: CalendarRule, afterBoot: Double, delay: Double = 0, rank: Int,
        avoidedMinutes: Range<Int> = 0..<0, isOfEachBoot: Bool = false
    ) {
        self.job = job
        self.calendar = calendar
        self.afterBoot = afterBoot
        self.delay = delay
        self.rank = rank
        self.avoidedMinutes = avoidedMinutes
        self.isOfEachBoot = isOfEachBoot
    }
}
