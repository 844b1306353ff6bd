import LevelTree
import Settings

/// What a collector may know about the machine and the moment.
public struct CollectionContext: Sendable {
    public var sources: SourcePaths
    public var identity: SchoolIdentity
    /// When the collection began, by the school's clock.
    public var now: FileTime
    /// Whether that clock is believed. A text made under one that is not says so inside.
    public var isClockTrusted: Bool
    public var timeZone: SchoolTimeZone
    public var programs: any ProgramRunner
    public var host: any HostFacts
    /// The platform's own container, for what can only be read from inside it.
    public var container: Container
    /// Where temporary folders are made; never inside a source.
    public var scratch: String

    public init(
        sources: SourcePaths, identity: SchoolIdentity, now: FileTime, isClockTrusted: Bool,
        timeZone: SchoolTimeZone = .india, programs: any ProgramRunner = SubprocessRunner(),
        host: any HostFacts = LinuxHost(), scratch: String = "/tmp"
    ) {
        self.sources = sources
        self.identity = identity
        self.now = now
        self.isClockTrusted = isClockTrusted
        self.timeZone = timeZone
        self.programs = programs
        self.host = host
        container = Container(name: sources.container, command: sources.docker, programs: programs)
        self.scratch = scratch
    }

    /// Masks what the server's own settings call secret, in both places where they may lie.
    func masking() -> Masking {
        var secrets = KnownSecrets()
        for folder in [sources.gstudioSettings, sources.data] {
            if let text = try? SmallFile.read("\(folder)/local_settings.py", limit: 1 << 20) {
                secrets = secrets.union(KnownSecrets(settingsText: text))
            }
        }
        return Masking(secrets)
    }
}
