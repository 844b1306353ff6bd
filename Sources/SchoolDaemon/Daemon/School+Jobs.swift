import Collecting
import LevelTree
import Settings

extension School {
    /// When each of this school's jobs is to be done.
    var jobRules: [JobRule] {
        let scripts = DerivedScript.allCases.filter { use(of: $0) != .never }
        let delay = spread * Self.longestDelay
        return settings.enabledDatasets.map { rule(of: $0, delay: delay) } + scripts.map { rule(of: $0, delay: delay) }
    }

    private func rule(of dataset: Dataset, delay: Double) -> JobRule {
        let own = settings.settings(for: dataset)
        let isHeartbeat = dataset.name == "system-heartbeat"
        let schedule = own.schedule ?? (isHeartbeat ? .hourly : .daily)
        return JobRule(
            .collect(dataset), schedule,
            afterBoot: own.afterBoot.map { $0 / .seconds(1) } ?? Self.afterBoot, delay: delay,
            rank: settings.priority(of: dataset), isOfEachBoot: isHeartbeat && schedule == .hourly)
    }

    private func rule(of script: DerivedScript, delay: Double) -> JobRule {
        JobRule(
            .run(script), settings.settings(for: script).schedule ?? .daily, afterBoot: Self.afterBoot,
            delay: delay, rank: settings.priority(of: script.dataset),
            avoidedMinutes: PlatformCron.busyMinutes)
    }

    /// How long a job may take, in seconds.
    func limit(of job: Job) -> Double {
        let limit =
            switch job {
            case .collect(let dataset): settings.settings(for: dataset).timeout
            // And the collection of what it has made.
            case .run(let script): settings.settings(for: script).timeout + CollectdSettings.longestCollection
            }
        return (limit ?? CollectdSettings.longestCollection) / .seconds(1)
    }

    /// How long each step of a request may take, in seconds: a collection gets on with each dataset. Nil where the store
    /// decides.
    func limit(of request: SchoolRequest) -> Double? {
        switch request {
        case .collect(let datasets):
            (datasets ?? settings.enabledDatasets).map { limit(of: Job.collect($0)) }.max() ?? 0
        case .runScript(let script, _): limit(of: .run(script))
        case .upload, .enroll: nil
        }
    }

    /// 0 to 1, the same at each start and another in each school: 700 of them begin at the same stroke of the clock. Reads the
    /// server's settings.
    var spread: Double {
        spread(machine: (try? SmallFile.read("/etc/machine-id", limit: 64)).map { String(decoding: $0, as: UTF8.self) })
    }

    /// - Parameter machine: what tells it from others where nobody says yet who the school is: all of those are installed
    ///   alike.
    func spread(machine: String?) -> Double {
        let name = (try? identity().serverID.text) ?? machine ?? settings.staging.directory
        // FNV-1a, 32 bits.
        let hash = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return Double(hash % 1000) / 1000
    }

    /// A server has enough to do in its first minutes.
    private static let afterBoot = 120.0
    private static let longestDelay = 240.0
}

extension CollectdSettings {
    /// A service waits for nothing without end: where no time limit is set, this one holds. It is long enough to read
    /// 17 GB of media for the first time.
    static let longestCollection: Duration = .seconds(2 * 3600)

    var ofDaemon: CollectdSettings {
        var settings = self
        for dataset in Dataset.all where settings.settings(for: dataset).timeout == nil {
            settings.datasets[dataset, default: DatasetSettings()].timeout = Self.longestCollection
        }
        return settings
    }
}
