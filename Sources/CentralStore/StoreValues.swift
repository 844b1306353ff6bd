import Content
import LevelTree
import Wire

/// Who sent a request, as its token says.
public struct AuthenticatedInstallation: Hashable, Sendable {
    public let installation: InstallationID
    public let school: ServerID
    /// The school's number in the catalog.
    let schoolNumber: Int64
    let tokenHash: ChunkID
}

/// How much of a frame the store has.
public enum FrameState: Hashable, Sendable {
    case unknown
    /// So many bytes, from its start.
    case partial(UInt64)
    /// Verified and durable; of this length.
    case kept(UInt64)
}

/// A school as the operator sees it.
public struct SchoolSummary: Codable, Hashable, Sendable {
    public let serverID: ServerID
    /// What is in force: the server's own settings once it has enrolled, or what the operator set since.
    public let code: SchoolCode
    public let name: String
    /// What the operator's list says.
    public let listedCode: SchoolCode
    public let listedName: String
    /// The installation that may send, if any.
    public let installation: InstallationID?
    public let enrolled: Int64?
    /// Last request, and last commit: milliseconds since 1970 by the store's clock.
    public let lastContact: Int64?
    public let lastCommit: Int64?
    /// Enrolled, and not heard from for a month.
    public let isQuiet: Bool
    public let snapshots: Int
    /// Brought, and in no snapshot yet.
    public let pendingBytes: UInt64
    /// Refused attempts to fork the history: each is a cloned or restored machine.
    public let forks: Int
    /// The last report, if there was one since the catalog was made, and when it was received, by the store's clock.
    public let report: Report?
    public let reported: Int64?
    /// How far the school's clock was ahead of the store's then, in milliseconds; negative if it was behind.
    public let clockAhead: Int64?

    enum CodingKeys: String, CodingKey {
        case code, name, installation, enrolled, snapshots, forks, report, reported
        case serverID = "server_id"
        case listedCode = "listed_code"
        case listedName = "listed_name"
        case lastContact = "last_contact"
        case lastCommit = "last_commit"
        case isQuiet = "quiet"
        case pendingBytes = "pending_bytes"
        case clockAhead = "clock_ahead"
    }

    /// LEVEL 2: `<code>-<id>`.
    public var directory: String { identity.directoryName }
    public var identity: SchoolIdentity { SchoolIdentity(serverID: serverID, schoolCode: code, schoolName: name) }
}

/// What a seed came to.
public struct SeedSummary: Codable, Hashable, Sendable {
    public let name: String
    public let files: UInt64
    public let bytes: UInt64
    /// Chunks that became common, and how many of those the store did not have before.
    public let chunks: UInt64
    public let newChunks: UInt64
    /// What was left out, and why; at most 1,000 are listed.
    public let skipped: [Shortfall]
}
