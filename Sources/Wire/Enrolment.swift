import Content
import LevelTree

/// `POST /v1/enrolments`. The school makes token and key itself and stores them before the call.
public struct EnrolmentRequest: Codable, Hashable, Sendable {
    /// `EnrolmentCode.secretText`.
    public var code: String
    public var serverID: ServerID
    public var schoolCode: SchoolCode
    public var schoolName: String
    /// `Token.hash`.
    public var tokenHash: ChunkID
    /// The installation's Ed25519 public key, 32 bytes, base64.
    public var signingKey: String

    enum CodingKeys: String, CodingKey {
        case code
        case serverID = "server_id"
        case schoolCode = "school_code"
        case schoolName = "school_name"
        case tokenHash = "token_hash"
        case signingKey = "signing_key"
    }

    public init(
        code: String, serverID: ServerID, schoolCode: SchoolCode, schoolName: String, tokenHash: ChunkID,
        signingKey: [UInt8]
    ) {
        self.code = code
        self.serverID = serverID
        self.schoolCode = schoolCode
        self.schoolName = schoolName
        self.tokenHash = tokenHash
        self.signingKey = WireCoding.base64(signingKey)
    }

    /// The key's 32 bytes; nil if the text is not that.
    public var signingKeyBytes: [UInt8]? { key(signingKey) }
}

/// The answer: the store's keys, the school's place in the tree, and where its history stands.
public struct EnrolmentAnswer: Codable, Hashable, Sendable {
    public var installation: InstallationID
    /// The Ed25519 key that receipts are signed with, and the X25519 key that bundles are sealed to; base64.
    public var receiptKey: String
    public var sealingKey: String
    /// LEVEL 2 as the store files it.
    public var directory: String
    /// The operator's name for the school.
    public var schoolName: String
    public var heads: [Head]

    enum CodingKeys: String, CodingKey {
        case installation
        case receiptKey = "receipt_key"
        case sealingKey = "sealing_key"
        case directory
        case schoolName = "school_name"
        case heads
    }

    public init(
        installation: InstallationID, receiptKey: [UInt8], sealingKey: [UInt8], directory: String, schoolName: String,
        heads: [Head]
    ) {
        self.installation = installation
        self.receiptKey = WireCoding.base64(receiptKey)
        self.sealingKey = WireCoding.base64(sealingKey)
        self.directory = directory
        self.schoolName = schoolName
        self.heads = heads
    }

    public var receiptKeyBytes: [UInt8]? { key(receiptKey) }
    public var sealingKeyBytes: [UInt8]? { key(sealingKey) }
}

/// Where the history of one dataset and year stands for this installation: the parent of its next commit.
public struct Head: Codable, Hashable, Sendable {
    public var dataset: Dataset
    public var year: Year
    /// Of the installation that made it; a new installation counts from its own start.
    public var sequence: UInt64
    public var snapshot: SnapshotID

    public init(dataset: Dataset, year: Year, sequence: UInt64, snapshot: SnapshotID) {
        self.dataset = dataset
        self.year = year
        self.sequence = sequence
        self.snapshot = snapshot
    }
}

/// A 32-byte key from base64.
private func key(_ text: String) -> [UInt8]? {
    WireCoding.bytes(fromBase64: text).flatMap { $0.count == 32 ? $0 : nil }
}
