import Collecting
import LevelTree
import Settings
import Staging
import Uploading

/// This machine as a school's server: its settings, its time zone, and what follows from them. Opens nothing by itself.
public struct School: Sendable {
    public private(set) var settings: CollectdSettings
    public let zone: SchoolTimeZone
    let clock: MachineClock
    /// What a person should know of whom this is collected for; nil where that is plain.
    private(set) var notice: String?
    /// What the container says of whom this is, where it was asked.
    private(set) var inside: InsideSettings?
    /// What all copies of this value share.
    private(set) var shared = SharedStaging()
    /// Over what is being done, where the daemon does it.
    private(set) var watch: WorkWatch?
    /// Who is told of each dataset whose turn in an upload is over, where the daemon does it.
    private(set) var sent: (@Sendable (UploadReport.Entry) -> Void)?

    /// - Throws: `CollectingProblem` if the time zone cannot be used.
    public init(_ settings: CollectdSettings, clock: MachineClock = .real) throws {
        self.settings = settings
        self.clock = clock
        zone = try SchoolTimeZone.named(settings.school.timeZone)
    }

    /// The same school with a staging directory of its own, which no installation's is.
    func apart(in directory: String, notice: String) -> School {
        var school = self
        school.shared = shared.other(directory)
        school.settings.staging.directory = directory
        school.notice = notice
        return school
    }

    /// The same school, for one piece of work.
    func watched(by watch: WorkWatch, sent: (@Sendable (UploadReport.Entry) -> Void)? = nil) -> School {
        var school = self
        school.watch = watch
        school.sent = sent
        return school
    }

    /// The same school, as the one before it whose configuration was read earlier in this process.
    func continuing(_ before: School) -> School {
        var next = self
        next.shared = before.shared
        return next
    }

    /// Whether the wall clock can be believed, as far as this process knows: see `ClockGuard`.
    func trusts(_ now: FileTime) -> Bool {
        ClockGuard.doubt(now, latestTrusted: shared.latestTrusted, storeTime: storeTime) == nil
    }

    /// The same school, after its container was asked who the server is: only where nothing on the host tells it.
    public func askingContainer() async -> School {
        var school = self
        school.inside = await InsideSettings.ask(settings: settings.school, sources: settings.source)
        return school
    }

    /// Token, keys, and the other small files of the state directory.
    public var files: InstallationFiles { InstallationFiles(stagingDirectory: settings.staging.directory) }

    /// The clocks now.
    func moment(_ staging: Staging) throws -> CollectionMoment {
        try CollectionMoment(
            now: clock.now(), bootSeconds: clock.bootSeconds(), zone: zone,
            latestTrusted: School.latestTrusted(staging.currentGenerations()), storeTime: storeTime,
            bootID: clock.bootID())
    }

    /// The end of the newest collection that was made under a believed clock.
    static func latestTrusted(_ generations: [Generation]) -> FileTime? {
        generations.filter(\.isClockTrusted).map(\.finishedMilliseconds).max()
            .map { FileTime(seconds: $0 / 1000, nanoseconds: Int32($0 % 1000) * 1_000_000) }
    }
}
