import Content
import FoundationEssentials
import LevelTree
import Wire

/// A fact that chunks do not tell, as a pack keeps it: JSON, `{"record": "<name>", …}`. Records are never changed in
/// meaning; a new fact is a new case. Times are milliseconds since 1970 by the store's clock.
enum StoreRecord: Hashable, Sendable {
    case schoolAdded(SchoolAdded)
    case schoolChanged(SchoolChanged)
    case codeMade(CodeMade)
    /// Carries what it revokes, so that both hold or neither.
    case enrolled(Enrolled)
    case revoked(Revoked)
    case snapshot(SnapshotRecord)
    case forkSeen(ForkSeen)
    case seeded(Seeded)
    case reported(Reported)

    struct SchoolAdded: Hashable, Sendable, Codable {
        let server: ServerID
        let code: SchoolCode
        let name: String
        let at: Int64
    }

    struct SchoolChanged: Hashable, Sendable, Codable {
        let server: ServerID
        let code: SchoolCode?
        let name: String?
        let at: Int64
    }

    struct CodeMade: Hashable, Sendable, Codable {
        let server: ServerID
        /// `EnrolmentCode.hash(ofSecretText:)`.
        let secretHash: ChunkID
        let made: Int64
        let expires: Int64
    }

    struct Enrolled: Hashable, Sendable, Codable {
        let server: ServerID
        let secretHash: ChunkID
        let installation: InstallationID
        let tokenHash: ChunkID
        let signingKey: String
        /// What the server's own settings say.
        let code: SchoolCode
        let name: String
        let revokes: [InstallationID]
        let at: Int64
    }

    struct Revoked: Hashable, Sendable, Codable {
        let server: ServerID
        let installations: [InstallationID]
        /// Codes not used yet that count no more.
        let codes: [ChunkID]
        let at: Int64
    }

    struct ForkSeen: Hashable, Sendable, Codable {
        let server: ServerID
        let installation: InstallationID
        let dataset: Dataset
        let year: Year
        let sequence: UInt64
        /// What was offered.
        let snapshot: SnapshotID
        let at: Int64
    }

    struct Seeded: Hashable, Sendable, Codable {
        let name: String
        let files: UInt64
        let bytes: UInt64
        let at: Int64
    }

    /// The last one counts.
    struct Reported: Hashable, Sendable, Codable {
        let server: ServerID
        let report: Report
        let at: Int64
    }
}

extension StoreRecord: Codable {
    private enum Name: String, Codable {
        case schoolAdded = "school-added"
        case schoolChanged = "school-changed"
        case codeMade = "code-made"
        case enrolled
        case revoked
        case snapshot
        case forkSeen = "fork-seen"
        case seeded
        case reported
    }

    private enum CodingKeys: String, CodingKey { case record }

    init(from decoder: any Decoder) throws {
        switch try decoder.container(keyedBy: CodingKeys.self).decode(Name.self, forKey: .record) {
        case .schoolAdded: self = .schoolAdded(try SchoolAdded(from: decoder))
        case .schoolChanged: self = .schoolChanged(try SchoolChanged(from: decoder))
        case .codeMade: self = .codeMade(try CodeMade(from: decoder))
        case .enrolled: self = .enrolled(try Enrolled(from: decoder))
        case .revoked: self = .revoked(try Revoked(from: decoder))
        case .snapshot: self = .snapshot(try SnapshotRecord(from: decoder))
        case .forkSeen: self = .forkSeen(try ForkSeen(from: decoder))
        case .seeded: self = .seeded(try Seeded(from: decoder))
        case .reported: self = .reported(try Reported(from: decoder))
        }
    }

    func encode(to encoder: any Encoder) throws {
        let (name, fields): (Name, any Encodable) =
            switch self {
            case .schoolAdded(let fields): (.schoolAdded, fields)
            case .schoolChanged(let fields): (.schoolChanged, fields)
            case .codeMade(let fields): (.codeMade, fields)
            case .enrolled(let fields): (.enrolled, fields)
            case .revoked(let fields): (.revoked, fields)
            case .snapshot(let fields): (.snapshot, fields)
            case .forkSeen(let fields): (.forkSeen, fields)
            case .seeded(let fields): (.seeded, fields)
            case .reported(let fields): (.reported, fields)
            }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .record)
        try fields.encode(to: encoder)
    }

    func encoded() throws -> [UInt8] { try WireCoding.encode(self) }

    init(decoding payload: UnsafeRawBufferPointer) throws {
        do {
            self = try JSONDecoder().decode(StoreRecord.self, from: Data(payload))
        } catch {
            throw StoreError(
                .damaged,
                "a pack holds a record that this clix-store does not understand; a newer version wrote it (\(error))")
        }
    }
}
