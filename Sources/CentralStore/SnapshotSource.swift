import Content
import LevelTree
import Wire

/// A generation that the store has committed. It is written to a pack as it stands here, so a field may be added with
/// a default, and none may change its meaning.
public struct SnapshotRecord: Sendable, Codable, Hashable {
    public let id: SnapshotID
    public let school: ServerID
    /// LEVEL 2, `<code>-<id>`: in a pack as it was at the commit. A correction of the school's code moves its history as
    /// well, so whoever reads a store's history sees the one that holds now.
    public private(set) var directory: String
    public let installation: InstallationID
    public let dataset: Dataset
    public let year: Year
    /// Rises within the installation; another installation of the school counts anew.
    public let sequence: UInt64
    public let parent: SnapshotID?
    public let outcome: Outcome
    /// The manifest as the school sent it.
    public let manifest: [ChunkID]
    /// The manifest of what the snapshot holds: the same for a mirror, with the parent's entries for what accumulates.
    public let effective: [ChunkID]
    /// Of the effective manifest.
    public let files: UInt64
    public let bytes: UInt64
    /// The collection's start and end by the school's clock, and the store's own time of the commit: milliseconds since
    /// 1970.
    public let started: Int64
    public let finished: Int64
    public let received: Int64
    /// Whether the school trusted its clock, and it did not go back during the collection.
    public let clockTrusted: Bool
    public let shortfalls: [Shortfall]
    /// How many of the bytes that the school had brought in advance this snapshot makes its own; see `SchoolBudget`.
    public let settledBytes: UInt64

    public init(
        id: SnapshotID, school: ServerID, directory: String, installation: InstallationID, dataset: Dataset, year: Year,
        sequence: UInt64, parent: SnapshotID?, outcome: Outcome, manifest: [ChunkID], effective: [ChunkID],
        files: UInt64, bytes: UInt64, started: Int64, finished: Int64, received: Int64, clockTrusted: Bool,
        shortfalls: [Shortfall], settledBytes: UInt64 = 0
    ) {
        self.id = id
        self.school = school
        self.directory = directory
        self.installation = installation
        self.dataset = dataset
        self.year = year
        self.sequence = sequence
        self.parent = parent
        self.outcome = outcome
        self.manifest = manifest
        self.effective = effective
        self.files = files
        self.bytes = bytes
        self.started = started
        self.finished = finished
        self.received = received
        self.clockTrusted = clockTrusted
        self.shortfalls = shortfalls
        self.settledBytes = settledBytes
    }

    /// The same snapshot, under another LEVEL 2.
    public func filed(under directory: String) -> SnapshotRecord {
        var copy = self
        copy.directory = directory
        return copy
    }

    enum CodingKeys: String, CodingKey {
        case id, school, directory, installation, dataset, year, sequence, parent, outcome, manifest, effective, files
        case bytes, started, finished, received, shortfalls
        case clockTrusted = "clock_trusted"
        case settledBytes = "settled_bytes"
    }
}

/// What the tree, checkouts and verification read: history and content, and no way to change either.
public protocol SnapshotSource: Sendable {
    /// The history of a school, oldest first.
    func snapshots(school: ServerID, dataset: Dataset?, year: Year?) throws -> [SnapshotRecord]

    /// The newest snapshot of each school, dataset and year, in the order of their commits.
    func currentSnapshots() throws -> [SnapshotRecord]

    /// The entries of the effective manifest, in its order, one at a time.
    /// - Throws: `StoreError` if the manifest's chunks are damaged or gone, and whatever `body` throws.
    func forEachEntry(of snapshot: SnapshotRecord, _ body: (ManifestEntry) throws -> Void) throws

    /// A chunk's content, whose hash was checked. The bytes are valid only during the call.
    /// - Throws: `StoreError` with code `damaged` or `unknownChunk`, and whatever `body` throws.
    func withChunk<R>(_ id: ChunkID, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R
}
