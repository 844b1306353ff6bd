/// `[run.<script>]`: how one of the platform's own scripts is run.
public struct RunSettings: Sendable, Hashable {
    /// Whether the daemon runs it; nil: progress, and what has a schedule, where the platform's own cron does not. A person
    /// may always run it.
    public var isEnabled: Bool?
    /// When the daemon runs it; nil: the daemon's default.
    public var schedule: CalendarRule?
    /// A run that takes longer is ended.
    public var timeout: Duration

    public init(isEnabled: Bool? = nil, schedule: CalendarRule? = nil, timeout: Duration = RunSettings.standardTimeout)
    {
        self.isEnabled = isEnabled
        self.schedule = schedule
        self.timeout = timeout
    }

    /// In the field a set of progress tables took up to 17 minutes.
    public static let standardTimeout: Duration = .seconds(45 * 60)
}

extension CollectdSettings {
    public func settings(for script: DerivedScript) -> RunSettings { scripts[script] ?? RunSettings() }
}

extension RunSettings {
    /// `[run]`: one table for each script that is named.
    static func all(_ table: TableReader) -> [DerivedScript: RunSettings] {
        var table = table
        let named = Set(table.keysInOrder)
        var settings: [DerivedScript: RunSettings] = [:]
        for script in DerivedScript.allCases {
            let below = table.table(script.name)
            if named.contains(script.name) { settings[script] = RunSettings(below) }
        }
        table.finish(hint: { key in
            ["enabled", "schedule", "timeout"].contains(key) ? "\"\(key)\" in [run.progress]" : nil
        })
        return settings
    }

    private init(_ table: TableReader) {
        var table = table
        self.init()
        isEnabled = table.boolean("enabled")
        schedule = table.schedule("schedule")
        timeout = table.positiveDuration("timeout") ?? timeout
        table.finish()
    }
}
