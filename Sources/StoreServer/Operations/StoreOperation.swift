import CentralStore
import LevelTree

/// What changes a store, as the commands ask for it: carried out by the running service, which owns the store, or else
/// by the command itself under the exclusive lock. The same value, the same result either way.
public enum StoreOperation: Sendable, Codable, Hashable {
    /// Answers with the one-time code.
    case addSchool(SchoolIdentity)
    /// Adds what is new, sets code and name of what is known; schools that are not listed stay as they are.
    case importSchools([SchoolList.Line])
    /// Answers with a new one-time code; the installation that holds a token keeps it until the code is used.
    case newCode(ServerID)
    /// Nil keeps what is there.
    case setSchool(ServerID, code: SchoolCode?, name: String?)
    /// The school's present installation may do nothing any more, from the next request on.
    case revoke(ServerID)
    /// The folder must be readable for the store's user. `name` tells seeds apart in listings.
    case seed(folder: String, name: String)
    /// Reads these blocks back; what is damaged of them counts as missing from then on, so that it can come again.
    case noteDamage([BlockAddress])
}

/// What came of an operation.
public enum OperationResult: Sendable, Codable, Hashable {
    /// To be printed alone on standard output.
    case code(String)
    /// A sentence for standard error.
    case done(String)
}

/// How far a long operation is.
public struct OperationProgress: Sendable, Codable, Hashable {
    public var title: String
    public var files: Int
    public var bytes: UInt64
    /// 0 while nobody knows.
    public var totalFiles: Int
    public var totalBytes: UInt64

    public init(title: String, files: Int, bytes: UInt64, totalFiles: Int = 0, totalBytes: UInt64 = 0) {
        self.title = title
        self.files = files
        self.bytes = bytes
        self.totalFiles = totalFiles
        self.totalBytes = totalBytes
    }
}
