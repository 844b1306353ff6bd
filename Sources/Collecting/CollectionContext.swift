import LevelTree
import Settings
import Staging

/// What a collector may know about the machine and the moment.
public struct CollectionContext: Sendable {
    public var sources: SourcePaths
    public var identity: SchoolIdentity
    /// When the collection began, by the school's clock; by the store's where that is known and the school's is wrong.
    public var now: FileTime
    /// The same by the school's clock in any case: the times of its files are compared with it.
    public var machineNow: FileTime
    /// The LEVEL 0 year that is collected, where it is not that of `now`: the time is not known.
    public var year: Year?
    /// Whether `now` is believed. A text made under a clock that is not says so inside.
    public var isClockTrusted: Bool
    /// The moment by the boot clock, where the time is not known.
    public var held: HeldMoment?
    /// What a text that tells the time says of the school's clock; nil where that is right.
    public var clockNote: String?
    public var timeZone: SchoolTimeZone
    public var programs: any ProgramRunner
    public var host: any HostFacts
    /// The platform's own container, for what can only be read from inside it.
    public var container: Container
    /// Where things lie in there.
    public var containerPaths = ContainerPaths()
    /// What a dataset's collector wanted to know at its next pass; nil only if it never was collected. What cannot be read
    /// throws: taken for nothing, it would have all that accumulates taken a second time.
    public var memory: @Sendable (Dataset) throws(CollectingProblem) -> CollectorMemory?
    /// When a dataset was complete the last time, as a whole or unchanged; nil if it never was.
    public var lastComplete: @Sendable (Dataset) -> FileTime?
    /// When a dataset got a generation the last time, complete or partial, or had one that was as good as new; nil if it
    /// never did.
    public var lastPublished: @Sendable (Dataset) -> FileTime? = { _ in nil }
    /// When its collection was tried first, whatever came of it, as far as is remembered; nil if it never was.
    public var firstTried: @Sendable (Dataset) -> FileTime? = { _ in nil }
    /// Whether the configuration switches it off.
    public var isOff: @Sendable (Dataset) -> Bool = { _ in false }
    /// The time of a dataset's file as it is staged; nil if it is not, this year.
    public var stagedTime: @Sendable (Dataset, RelativePath) -> FileTime? = { _, _ in nil }
    /// How many bytes may be written for staging now, below its budget and above the disk's reserve.
    public var room: @Sendable () -> UInt64
    /// What the configuration leaves out of a dataset. Staging does so too; this is for files that are read and made
    /// anew under other names.
    public var excluded: @Sendable (Dataset) -> ExcludePatterns
    /// How long one program that is run for a dataset may take, where the configuration says it; nil where it does not.
    public var timeout: @Sendable (Dataset) -> Duration? = { _ in nil }
    /// Leaves the school's disk and processor to a lesson for a while, between two heavy programs.
    public var rest: @Sendable (Duration) async throws -> Void = { try await pause(for: $0) }
    /// Datasets whose writer was run to its end by ourselves a moment ago: how new their files are is no reason to leave
    /// them for the next pass.
    public var settled: Set<Dataset> = []
    /// Where temporary folders are made: one that nobody else can read, in the state directory, since what is read there
    /// may be secret, and what a crash leaves there is found again.
    public var scratch: String
    /// Where copies of what lies only inside the container are kept from pass to pass: beside `scratch`, on the same
    /// filesystem, and private like it.
    public var containerCache: String

    public init(
        sources: SourcePaths, identity: SchoolIdentity, now: FileTime, isClockTrusted: Bool,
        timeZone: SchoolTimeZone = .india, programs: any ProgramRunner = SubprocessRunner(),
        host: any HostFacts = LinuxHost(),
        memory: @escaping @Sendable (Dataset) throws(CollectingProblem) -> CollectorMemory? = { _ in nil },
        lastComplete: @escaping @Sendable (Dataset) -> FileTime? = { _ in nil },
        room: @escaping @Sendable () -> UInt64 = { .max },
        excluded: @escaping @Sendable (Dataset) -> ExcludePatterns = { _ in ExcludePatterns() },
        scratch: String, containerCache: String
    ) {
        self.sources = sources
        self.identity = identity
        self.now = now
        machineNow = now
        self.isClockTrusted = isClockTrusted
        self.timeZone = timeZone
        self.programs = programs
        self.host = host
        container = Container(name: sources.container, command: sources.docker, programs: programs)
        self.memory = memory
        self.lastComplete = lastComplete
        self.room = room
        self.excluded = excluded
        self.scratch = scratch
        self.containerCache = containerCache
    }

    /// How long one dump for a dataset may take: what is configured, else half an hour.
    func longestDump(_ dataset: Dataset) -> Duration { timeout(dataset) ?? .seconds(1800) }

    /// Masks what the server's own settings call secret, in both places where they may lie.
    public func masking() -> Masking { sources.masking() }
}
