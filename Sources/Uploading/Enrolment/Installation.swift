import Crypto
import FoundationEssentials
import LevelTree
import Staging
import Wire

/// This machine as an installation at a store: what enrolment left in the state directory.
///
/// Holds the token: it is not printed, and not part of the description.
public struct Installation: Sendable {
    public let id: InstallationID
    /// The store's address at enrolment.
    public let store: String
    /// Who was enrolled.
    public let serverID: ServerID
    /// LEVEL 2 as the store files it, and the operator's name for the school.
    public let directory: String
    public let schoolName: String
    public let token: Token
    /// The pinned authority, PEM.
    public let authority: [UInt8]
    /// What receipts are signed with.
    public let receiptKey: Curve25519.Signing.PublicKey
    /// What bundles are sealed to; 32 bytes of X25519.
    public let sealingKey: [UInt8]

    /// Nil if this machine is not enrolled.
    /// - Throws: `UploadError` if the files are there but cannot be used.
    public static func load(from files: InstallationFiles) throws -> Installation? {
        guard let recorded = try files.read(.installation) else { return nil }
        guard let record = try? WireCoding.decode(InstallationRecord.self, from: recorded) else {
            throw damaged(.installation, files)
        }
        guard let tokenFile = try files.read(.token), let token = Token(line: tokenFile) else {
            throw damaged(.token, files)
        }
        guard let authority = try files.read(.authority) else { throw damaged(.authority, files) }
        guard let receiptBytes = record.answer.receiptKeyBytes, let sealingKey = record.answer.sealingKeyBytes,
            let receiptKey = try? Curve25519.Signing.PublicKey(rawRepresentation: receiptBytes)
        else { throw damaged(.installation, files) }
        return Installation(
            id: record.answer.installation, store: record.store, serverID: record.serverID,
            directory: record.answer.directory, schoolName: record.answer.schoolName, token: token,
            authority: authority, receiptKey: receiptKey, sealingKey: sealingKey)
    }

    /// Who this machine is enrolled as. Nil if it is not enrolled, or if that cannot be read: then `load` says why.
    public static func serverID(in files: InstallationFiles) -> ServerID? {
        guard let bytes = try? files.read(.installation) else { return nil }
        return (try? WireCoding.decode(InstallationRecord.self, from: bytes))?.serverID
    }

    private static func damaged(_ name: InstallationFiles.Name, _ files: InstallationFiles) -> UploadError {
        UploadError(
            .notEnrolled, "\(files.directory)/\(name.rawValue) is missing or damaged; \(UploadError.enrolAnew)")
    }
}

extension Token {
    /// From a file that may end with a newline.
    init?(line bytes: [UInt8]) {
        self.init(String(decoding: bytes.prefix { $0 != 0x0a }, as: UTF8.self))
    }
}

/// `installation.json`
struct InstallationRecord: Codable, Equatable {
    var store: String
    var serverID: ServerID
    /// SHA-256 of the code's secret: the same code again is not a new enrolment.
    var codeHash: String
    var answer: EnrolmentAnswer

    enum CodingKeys: String, CodingKey {
        case store
        case serverID = "server_id"
        case codeHash = "code_hash"
        case answer
    }
}

/// `enrolment.json`: an enrolment on its way. It holds the secrets until they take the place of the former ones, so that
/// a lost answer is asked for again with the same token, and a lost attempt leaves the former installation as it is.
struct EnrolmentRecord: Codable, Equatable {
    var store: String
    var serverID: ServerID
    var codeHash: String
    var token: String
    /// Ed25519, 32 bytes.
    var signingKey: Data
    /// PEM.
    var authority: Data
    /// Once it is there, what remains is to put the files in place.
    var answer: EnrolmentAnswer?

    enum CodingKeys: String, CodingKey {
        case store
        case serverID = "server_id"
        case codeHash = "code_hash"
        case token
        case signingKey = "signing_key"
        case authority, answer
    }
}
