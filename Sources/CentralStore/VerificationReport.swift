import Content
import LevelTree
import Wire

/// Something that is not as it was kept.
public struct VerificationDamage: Hashable, Sendable {
    /// Where it was found.
    public enum Place: String, Hashable, Sendable {
        /// Pack files, and the catalog beside them.
        case storage
        /// A snapshot's list of files.
        case manifest
        /// A file's content in the packs.
        case content
        /// The plain tree; `rebuild` makes it anew.
        case tree
    }

    public let place: Place
    public var school: ServerID?
    public var dataset: Dataset?
    public var year: Year?
    public var snapshot: SnapshotID?
    /// Inside the dataset, or in the tree.
    public var path: RelativePath?
    /// What is wrong, without the full stop.
    public let sentence: String

    init(_ place: Place, _ sentence: String, _ snapshot: SnapshotRecord? = nil, path: RelativePath? = nil) {
        self.place = place
        self.sentence = sentence
        self.school = snapshot?.school
        self.dataset = snapshot?.dataset
        self.year = snapshot?.year
        self.snapshot = snapshot?.id
        self.path = path
    }
}

extension VerificationDamage: CustomStringConvertible {
    /// One line: where, then what.
    public var description: String {
        var location = place.rawValue
        if let school, let dataset { location += " \(school)/\(dataset)" }
        if let year { location += " \(year)" }
        if let snapshot { location += " \(snapshot.hex.prefix(12))" }
        if let path { location += " \(path)" }
        return "\(location): \(sentence)"
    }
}

/// What a verification found.
public struct VerificationReport: Sendable {
    /// Damages that are listed at most; all are counted.
    public static let listLimit = 1000
    /// The same for damaged blocks, which take less.
    public static let blockLimit = 10_000

    public internal(set) var snapshots = 0
    /// Entries of manifests that were read.
    public internal(set) var files: UInt64 = 0
    /// Different chunks that were hashed and are what they were, and their bytes. 0 for a quick verification.
    public internal(set) var chunks: UInt64 = 0
    public internal(set) var bytes: UInt64 = 0
    /// Files of the tree that were compared. 0 for a quick verification.
    public internal(set) var treeFiles: UInt64 = 0
    /// Current snapshots that the tree does not show yet: they are being built just now, or their publication failed, and
    /// the store tries again when it starts.
    public internal(set) var behind: [SnapshotRecord] = []
    public private(set) var damages: [VerificationDamage] = []
    public private(set) var damageCount = 0
    /// Blocks of chunks that are damaged: what `CentralStore.noteDamage(in:)` takes.
    public private(set) var damagedBlocks: [BlockAddress] = []

    public init() {}

    public var isClean: Bool { damageCount == 0 }

    mutating func add(_ damage: VerificationDamage) {
        damageCount += 1
        if damages.count < Self.listLimit { damages.append(damage) }
    }

    mutating func add(_ damage: VerificationDamage, in block: BlockAddress) {
        add(damage)
        if damagedBlocks.count < Self.blockLimit { damagedBlocks.append(block) }
    }
}

/// How far a verification is.
public struct VerificationProgress: Hashable, Sendable {
    public enum Stage: String, Hashable, Sendable { case storage, snapshots, chunks, tree }

    public var stage: Stage
    /// Snapshots of this stage, done and in all.
    public var snapshots = 0
    public var totalSnapshots = 0
    /// Files looked at and bytes hashed in this stage.
    public var files: UInt64 = 0
    public var bytes: UInt64 = 0
}
