extension Dataset {
    /// Every dataset of the standard, and those which are collected in practice as well, in the order of sending.
    public static let all: [Dataset] = standard.sorted()

    /// The table behind `all`. Priorities leave room between them, for configuration to move one dataset.
    private static let standard: [Dataset] = [
        .folder("system-heartbeat", alias: "heartbeat", .accumulate, priority: 10),
        .files("server_settings.py", alias: "server-settings", priority: 20),
        .files("local_settings.py", alias: "local-settings", priority: 21),
        .files("git-commit.log", alias: "git-commit-log", also: ["git-commit-details.log"], priority: 22),
        .folder("postgres-dump", .mirror, priority: 30),
        .folder("gstudio-exported-users-analytics-csvs", alias: "progress-csvs", .accumulate, priority: 40),
        .folder("activity-timestamp-csvs", alias: "activity-csvs", .accumulate, priority: 41),
        .folder("gstudio_tools_logs", alias: "tools-logs", .accumulate, priority: 50),
        .folder("gstudio-logs", .accumulate, priority: 55),
        .folder("db", .mirror, priority: 60),
        .folder("db-raw", .mirror, priority: 61),
        .folder("assessment-media/studentResponseFiles", .mirror, priority: 70),
        .files("qbank_data.tar.gz", alias: "qbank-data", priority: 75),
        .folder("rcs-repo", .mirror, priority: 80),
        .folder("nginx-logs", .accumulate, priority: 85),
        .unplatform,
        .folder("assessment-media/repository", .mirror, priority: 95, byReference: true),
        .folder("media", .mirror, priority: 100, byReference: true),
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    private static let byAlias = Dictionary(
        uniqueKeysWithValues: all.compactMap { dataset in dataset.alias.map { ($0, dataset) } })

    /// By its name; nil for an alias or anything else.
    public init?(name: String) {
        guard let dataset = Dataset.byName[name] else { return nil }
        self = dataset
    }

    /// What a person may mean by `text`: a name, an alias, or `assessment-media` for both of its halves. Empty if nothing.
    public static func named(_ text: String) -> [Dataset] {
        if let dataset = byName[text] ?? byAlias[text] { return [dataset] }
        return text == "assessment-media" ? all.filter { $0.name.hasPrefix("assessment-media/") } : []
    }

    /// Every word that `named` understands.
    public static let words: [String] = all.map(\.name) + all.compactMap(\.alias) + ["assessment-media"]

    /// LEVEL 3 of a server's own data.
    private static let platform = "gstudio"

    private static func folder(
        _ name: String, alias: String? = nil, _ kind: Kind, priority: Int, byReference: Bool = false
    ) -> Dataset {
        Dataset(
            name: name, alias: alias, kind: kind, shape: .folder(fixed("\(platform)/\(name)")), priority: priority,
            isByReference: byReference)
    }

    private static func files(_ name: String, alias: String, also: [String] = [], priority: Int) -> Dataset {
        Dataset(
            name: name, alias: alias, kind: .mirror,
            shape: .files(in: fixed(platform), names: ([name] + also).map(fixed)), priority: priority,
            isByReference: false)
    }

    /// LEVEL 3 itself, for schools or labs without a server.
    private static let unplatform = Dataset(
        name: "unplatform", alias: nil, kind: .accumulate, shape: .folder(fixed("unplatform")), priority: 90,
        isByReference: false)

    /// A path that stands in this file; the standard's own names are known to be safe.
    private static func fixed(_ text: String) -> RelativePath {
        guard let path = try? RelativePath(text) else { preconditionFailure("\(text) is not a path of the standard") }
        return path
    }
}
