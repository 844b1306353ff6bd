/// One LEVEL 4 item, or one of `assessment-media`'s two LEVEL 5 folders, or `unplatform`: what is collected, staged and
/// committed as a unit, for one school and one year.
public struct Dataset: Sendable {
    /// What absence at the source means.
    public enum Kind: String, Sendable, Codable {
        /// Gone at the source: gone in the next snapshot.
        case mirror
        /// What was once committed stays.
        case accumulate
    }

    /// Where a dataset lies below LEVEL 2.
    public enum Shape: Hashable, Sendable {
        /// A folder; paths in manifests are relative to it.
        case folder(RelativePath)
        /// Single files in a shared folder; a path in a manifest is one of these names.
        case files(in: RelativePath, names: [RelativePath])
    }

    /// As in configuration, journal, URLs and commands.
    public let name: String
    /// A name without a dot or slash for configuration tables, where it differs.
    public let alias: String?
    public let kind: Kind
    public let shape: Shape
    /// The lower, the earlier it is sent: five minutes of link must bring the day's heartbeat home.
    public let priority: Int
    /// Large and write-once: staged as a link to its source instead of a copy.
    public let isByReference: Bool

    /// Where the entry of a manifest lies below LEVEL 2.
    public func levelPath(of entry: RelativePath) throws(PathProblem) -> RelativePath {
        switch shape {
        case .folder(let folder): try folder.appending(entry)
        case .files(let folder, _): try folder.appending(entry)
        }
    }

    /// Whether a manifest of this dataset may hold this path.
    public func admits(_ entry: RelativePath) -> Bool {
        switch shape {
        case .folder: true
        case .files(_, let names): names.contains(entry)
        }
    }
}

extension Dataset: Hashable, Comparable, CustomStringConvertible {
    public static func == (left: Dataset, right: Dataset) -> Bool { left.name == right.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// In the order of sending.
    public static func < (left: Dataset, right: Dataset) -> Bool {
        (left.priority, left.name) < (right.priority, right.name)
    }

    public var description: String { name }
}

extension Dataset: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let dataset = Dataset(name: name) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(escapedText(name.utf8.prefix(64))) is not a dataset")
        }
        self = dataset
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
