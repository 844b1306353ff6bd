import Content
import LevelTree

/// `POST /v1/snapshots`: commits a generation all of whose chunks the store has.
public struct CommitRequest: Codable, Hashable, Sendable {
    public static let maximumShortfalls = 1000
    /// 16,384 chunks of the ordinary mean size are a manifest of half a gigabyte.
    public static let maximumManifestChunks = 16384

    public var dataset: Dataset
    public var year: Year
    /// Rises with each generation of an installation; gaps are allowed.
    public var sequence: UInt64
    /// The snapshot of this installation's last commit of the dataset and year; nil where there is none.
    public var parent: SnapshotID?
    /// Complete or partial; a failed generation is never committed.
    public var outcome: Outcome
    /// The manifest's chunks, in order.
    public var manifest: [ChunkID]
    /// Of the generation: how many files, and their bytes.
    public var files: UInt64
    public var bytes: UInt64
    /// When collection began and ended, by the school's clock, in milliseconds since 1970.
    public var started: Int64
    public var finished: Int64
    /// Whether the school believed its clock.
    public var clockTrusted: Bool
    /// What a partial generation lacks; at most `maximumShortfalls`.
    public var shortfalls: [Shortfall]

    enum CodingKeys: String, CodingKey {
        case dataset, year, sequence, parent, outcome, manifest, files, bytes, started, finished
        case clockTrusted = "clock_trusted"
        case shortfalls
    }

    public init(
        dataset: Dataset, year: Year, sequence: UInt64, parent: SnapshotID?, outcome: Outcome, manifest: [ChunkID],
        files: UInt64, bytes: UInt64, started: Int64, finished: Int64, clockTrusted: Bool, shortfalls: [Shortfall]
    ) {
        self.dataset = dataset
        self.year = year
        self.sequence = sequence
        self.parent = parent
        self.outcome = outcome
        self.manifest = manifest
        self.files = files
        self.bytes = bytes
        self.started = started
        self.finished = finished
        self.clockTrusted = clockTrusted
        self.shortfalls = shortfalls
    }

    /// One id for the whole manifest: the SHA-256 over its chunks' ids.
    public var manifestID: ChunkID {
        var hash = SHA256Stream()
        for id in manifest { hash.update(id.bytes) }
        return hash.finalized()
    }

    /// The name that this commit gets: the SHA-256 over the installation and the request's canonical JSON. The same
    /// request from the same installation always has the same name.
    public func snapshotID(of installation: InstallationID) throws -> SnapshotID {
        var hash = SHA256Stream()
        hash.update(Array("clix-snapshot-1\n\(installation.text)\n".utf8))
        hash.update(try WireCoding.encode(self))
        return hash.finalized()
    }
}
