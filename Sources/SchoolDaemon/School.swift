import Collecting
import LevelTree
import Settings
import Staging

/// This machine as a school's server: its settings, its time zone, and what follows from them. Opens nothing by itself.
public struct School: Sendable {
    public let settings: CollectdSettings
    public let zone: SchoolTimeZone
    let clock: MachineClock

    /// - Throws: `CollectingProblem` if the time zone cannot be used.
    public init(_ settings: CollectdSettings, clock: MachineClock = .real) throws {
        self.settings = settings
        self.clock = clock
        zone = try SchoolTimeZone.named(settings.school.timeZone)
    }

    /// Token, keys, and the other small files of the state directory.
    public var files: InstallationFiles { InstallationFiles(stagingDirectory: settings.staging.directory) }

    /// The clocks now.
    func moment(_ staging: Staging) throws -> CollectionMoment {
        try CollectionMoment(
            now: clock.now(), bootSeconds: clock.bootSeconds(), zone: zone,
            latestTrusted: School.latestTrusted(staging.currentGenerations()))
    }

    /// The end of the newest collection that was made under a believed clock.
    static func latestTrusted(_ generations: [Generation]) -> FileTime? {
        generations.filter(\.isClockTrusted).map(\.finishedMilliseconds).max()
            .map { FileTime(seconds: $0 / 1000, nanoseconds: Int32($0 % 1000) * 1_000_000) }
    }
}
