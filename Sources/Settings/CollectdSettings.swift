import LevelTree

/// What `collectd.toml` says: the settings of the school's program. Every key is optional.
public struct CollectdSettings: Sendable, Hashable {
    /// `[store] url`; nil until the school's engineer has set it, or enrolled with `--store`.
    public var store: StoreURL?
    /// `[school]`: overrides what the server's own settings say.
    public var school: SchoolSettings
    /// `[source]`
    public var source: SourcePaths
    /// `[staging]`
    public var staging: StagingSettings
    /// `[upload]`
    public var upload: UploadSettings
    /// `[collect.<dataset>]`; a dataset that is not named has the defaults. Ask `settings(for:)`.
    public var datasets: [Dataset: DatasetSettings]
    /// `[run.<script>]`; a script that is not named has the defaults. Ask `settings(for:)`.
    public var scripts: [DerivedScript: RunSettings]

    public init(
        store: StoreURL? = nil, school: SchoolSettings = SchoolSettings(), source: SourcePaths = SourcePaths(),
        staging: StagingSettings = StagingSettings(), upload: UploadSettings = UploadSettings(),
        datasets: [Dataset: DatasetSettings] = [:], scripts: [DerivedScript: RunSettings] = [:]
    ) {
        self.store = store
        self.school = school
        self.source = source
        self.staging = staging
        self.upload = upload
        self.datasets = datasets
        self.scripts = scripts
    }

    public func settings(for dataset: Dataset) -> DatasetSettings {
        datasets[dataset] ?? DatasetSettings(isEnabled: isOnByDefault(dataset))
    }

    /// Whoever wants no dumps wants no copies of the live files either, unless a table of their own says so.
    private func isOnByDefault(_ dataset: Dataset) -> Bool {
        dataset.name != "db-raw" || Dataset(name: "db").flatMap { datasets[$0]?.isEnabled } ?? true
    }

    /// The lower, the earlier; `[collect.<dataset>] priority`, else the standard's.
    public func priority(of dataset: Dataset) -> Int { settings(for: dataset).priority ?? dataset.priority }

    /// Every dataset of the standard that is not switched off, in the order of collecting and sending.
    public var enabledDatasets: [Dataset] {
        Dataset.all.filter { settings(for: $0).isEnabled }
            .sorted { (priority(of: $0), $0.name) < (priority(of: $1), $1.name) }
    }
}

/// `[school]`: who the school is, where the server's own settings cannot be used, and its time zone.
public struct SchoolSettings: Sendable, Hashable {
    public var serverID: ServerID?
    public var schoolCode: SchoolCode?
    public var schoolName: String?
    /// A name of the time zone database. The year of a collection, and dates in names, are this zone's.
    public var timeZone: String

    public init(
        serverID: ServerID? = nil, schoolCode: SchoolCode? = nil, schoolName: String? = nil,
        timeZone: String = "Asia/Kolkata"
    ) {
        self.serverID = serverID
        self.schoolCode = schoolCode
        self.schoolName = schoolName
        self.timeZone = timeZone
    }
}

/// `[staging]`: where the school's state lies and how much of the disk it may take.
public struct StagingSettings: Sendable, Hashable {
    /// An absolute path. Holds the staged tree and all of the program's state, the token among it.
    public var directory: String
    /// The most that staging may take, in bytes.
    public var budget: UInt64
    /// What must stay free on the disk for the school, in bytes.
    public var keepFree: UInt64

    public init(directory: String = "/var/lib/clix-collect", budget: UInt64 = 40 << 30, keepFree: UInt64 = 10 << 30) {
        self.directory = directory
        self.budget = budget
        self.keepFree = keepFree
    }
}

/// `[upload]`: how the school's link may be used.
public struct UploadSettings: Sendable, Hashable {
    /// When the service may send; nil: always.
    public var windows: WeekHours?
    /// Bytes a second; nil: as fast as the link goes.
    public var rate: UInt64?
    /// Bytes a second while `schoolHours` last; nil: `rate`.
    public var rateInSchoolHours: UInt64?
    public var schoolHours: WeekHours
    /// How much may be sent and received in a calendar month, in bytes; nil: any amount.
    public var monthlyLimit: UInt64?
    /// `http://10.0.0.1:3128`; nil: what the environment says (`https_proxy`, `no_proxy`).
    public var proxy: String?

    public init(
        windows: WeekHours? = nil, rate: UInt64? = nil, rateInSchoolHours: UInt64? = nil,
        schoolHours: WeekHours = usualSchoolHours, monthlyLimit: UInt64? = nil, proxy: String? = nil
    ) {
        self.windows = windows
        self.rate = rate
        self.rateInSchoolHours = rateInSchoolHours
        self.schoolHours = schoolHours
        self.monthlyLimit = monthlyLimit
        self.proxy = proxy
    }

    /// Mon..Sat 08:00-16:00
    public static let usualSchoolHours = WeekHours(weekdays: Set(0...5), minutes: 8 * 60..<16 * 60)
}

/// `[collect.<dataset>]`
public struct DatasetSettings: Sendable, Hashable {
    /// Off: not collected. What was staged before stays, and is still sent.
    public var isEnabled: Bool
    public var exclude: ExcludePatterns
    /// Nil: the standard's.
    public var priority: Int?
    /// A collection that takes longer is given up, and the last good one stands; nil: it may take its time.
    public var timeout: Duration?
    /// When the daemon collects it; nil: the daemon's default.
    public var schedule: CalendarRule?
    /// Not earlier after the machine's start; nil: the daemon's default.
    public var afterBoot: Duration?

    public init(
        isEnabled: Bool = true, exclude: ExcludePatterns = ExcludePatterns(), priority: Int? = nil,
        timeout: Duration? = nil, schedule: CalendarRule? = nil, afterBoot: Duration? = nil
    ) {
        self.isEnabled = isEnabled
        self.exclude = exclude
        self.priority = priority
        self.timeout = timeout
        self.schedule = schedule
        self.afterBoot = afterBoot
    }
}
