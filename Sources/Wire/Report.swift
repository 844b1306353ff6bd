/// `POST /v1/reports`: small facts that belong to no dataset.
public struct Report: Codable, Hashable, Sendable {
    public static let maximumErrors = 50

    /// The school program's version.
    public var version: String
    /// Of the staging directory's filesystem, in bytes.
    public var freeBytes: UInt64
    /// The school's clock, in milliseconds since 1970.
    public var clock: Int64
    /// The last errors as sentences; at most `maximumErrors`.
    public var errors: [String]

    enum CodingKeys: String, CodingKey {
        case version
        case freeBytes = "free_bytes"
        case clock, errors
    }

    public init(version: String, freeBytes: UInt64, clock: Int64, errors: [String]) {
        self.version = version
        self.freeBytes = freeBytes
        self.clock = clock
        self.errors = errors
    }
}
