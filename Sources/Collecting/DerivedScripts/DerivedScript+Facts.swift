import LevelTree
import Settings

extension DerivedScript {
    /// Where its results are.
    public var dataset: Dataset {
        switch self {
        case .progress: Dataset.of("gstudio-exported-users-analytics-csvs")
        case .activityTimestamps: Dataset.of("activity-timestamp-csvs")
        case .assessments: Dataset.of("qbank_data.tar.gz")
        }
    }

    /// What it makes, in words for people.
    public var product: String {
        switch self {
        case .progress: "progress tables"
        case .activityTimestamps: "activity tables"
        case .assessments: "assessment data"
        }
    }

    /// How often the platform's own cron makes it, where it does.
    public var frequency: String { self == .activityTimestamps ? "on two Fridays a month" : "every hour" }

    /// What stands in the command line of whoever does the same: us, a person, or the platform's cron.
    var marks: [String] {
        switch self {
        case .progress: ["manage.py export_users_analytics"]
        case .activityTimestamps: ["manage.py activity_timestamp ", DerivedScript.everyUser]
        case .assessments: [DerivedScript.packing]
        }
    }

    /// What stands in the line of the platform's crontab that does the same. `analytics.sh` is the platform's own wrapper
    /// of `export_users_analytics`.
    var cronMarks: [String] { self == .progress ? ["analytics.sh", "export_users_analytics"] : marks }

    static let everyUser = "get_all_users_activity_timestamp_csvs"
    static let packing = "single_school_get_MIT_activity_data"
}
