import Content
import GRDB
import LevelTree
import Wire

/// A school's staging directory: the staged LEVEL tree, its generations, and the state of their way to the store.
///
/// One process at a time holds it. Every call may come from any thread; one pass runs at a time, and reading for an
/// upload may go on beside it. What a call has returned from is durable, unless the call says otherwise.
public final class Staging: Sendable {
    /// Absolute.
    public let directory: String
    public let identity: SchoolIdentity
    let options: StagingOptions

    init(directory: String, identity: SchoolIdentity, options: StagingOptions) {
        self.directory = directory
        self.identity = identity
        self.options = options
    }

    /// Opens the directory, making it if needed, takes the instance lock, and repairs what a crash left behind.
    ///
    /// The lock lasts as long as this object.
    /// - Throws: `StagingError`, `.busy` if another process holds the directory.
    public static func open(
        at directory: String, identity: SchoolIdentity, options: StagingOptions = StagingOptions()
    ) throws -> Staging {
        Staging(directory: directory, identity: identity, options: options)
    }
}

/// The steps of a publication, in order. A crash between any two is repaired on open.
enum PublishingStep: CaseIterable, Sendable { case start }
func currentFileTime() -> FileTime { FileTime(seconds: 0, nanoseconds: 0) }
