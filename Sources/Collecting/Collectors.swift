import LevelTree

/// Every collector there is, one for each dataset of the standard.
public enum Collectors {
    /// In the order of collecting.
    public static let all: [any Collector] = [
        HeartbeatCollector(), ServerSettingsCollector(), LocalSettingsCollector(), GitLogCollector(),
        PostgresDumpCollector(), ProgressCSVCollector(), ActivityCSVCollector(), ToolsLogsCollector(),
        GStudioLogsCollector(), DatabaseCollector(), RawDatabaseCollector(), StudentResponsesCollector(),
        QbankDataCollector(), RCSRepositoryCollector(), NginxLogsCollector(), UnplatformCollector(),
        AssessmentRepositoryCollector(), MediaCollector(),
    ]

    /// The datasets of which each line is taken once: see `Collector.takesOnce`.
    public static let takingOnce = Set(all.filter(\.takesOnce).map(\.dataset))

    private static let byDataset = Dictionary(uniqueKeysWithValues: all.map { ($0.dataset, $0) })

    public static func collector(for dataset: Dataset) -> any Collector {
        guard let collector = byDataset[dataset] else { preconditionFailure("no collector for \(dataset)") }
        return collector
    }
}
