import Content

/// The name of a committed generation: the SHA-256 of what was committed, see `CommitRequest.snapshotID`.
public typealias SnapshotID = ChunkID

/// The name of one enrolled machine, given by the store: `i-` and 16 hexadecimal digits.
public struct InstallationID: Hashable, Sendable, Codable, CustomStringConvertible {
    public let text: String

    public init(_ text: String) { self.text = text }

    public static func random() -> InstallationID { InstallationID("i-" + hexText(randomBytes(8))) }

    public init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    public var description: String { text }
}
