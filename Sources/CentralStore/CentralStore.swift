import Content
import LevelTree
import Wire

/// The central store: what schools sent, kept for good. One process holds it at a time.
///
/// Every call may block on the disk and may be made from any thread; a server calls through `perform`. What changes
/// something is durable, in packs and catalog, before it returns.
public final class CentralStore: Sendable {
    /// Makes the layout of a new store in an existing or new directory (0700).
    /// - Throws: `StoreError` with code `exists` if there is a store already.
    public static func create(at directory: String) throws {
        throw StoreError(.storage, "not yet")
    }

    /// Opens a store and takes its data lock. Cuts a torn tail off the open pack, and brings a catalog that is behind
    /// the packs, or gone, up to date.
    /// - Throws: `StoreError` with code `busy` while another process has it.
    public static func open(at directory: String, options: StoreOptions) throws -> CentralStore {
        throw StoreError(.storage, "not yet")
    }

    /// Lets the lock go. No call may follow.
    public func close() {}

    /// Runs `body` on one of a few threads that may block, and not on the caller's.
    public func perform<R: Sendable>(_ body: @escaping @Sendable (CentralStore) throws -> R) async throws -> R {
        throw StoreError(.storage, "not yet")
    }

    /// `handler` is called after each commit, once it is durable, in the order of a school's commits, on the committing
    /// thread: it must only take note. Set it before the first commit.
    public func onCommit(_ handler: @escaping @Sendable (SnapshotRecord) -> Void) {}

    // Schools, for the operator.
    public func addSchool(_ id: ServerID, code: SchoolCode, name: String) throws -> EnrolmentCode { throw notYet }
    public func makeCode(for id: ServerID) throws -> EnrolmentCode { throw notYet }
    public func setSchool(_ id: ServerID, code: SchoolCode?, name: String?) throws { throw notYet }
    /// Counts from the next request on. - Returns: how many installations were revoked.
    public func revoke(_ id: ServerID) throws -> Int { throw notYet }
    public func schools() throws -> [SchoolSummary] { throw notYet }
    /// A school by its server id or by `code-id`.
    public func school(named text: String) throws -> SchoolSummary { throw notYet }
    public func status() throws -> StoreStatus { throw notYet }

    // What schools ask.
    public func enrol(_ request: EnrolmentRequest) throws -> EnrolmentAnswer { throw notYet }
    public func authenticate(_ tokenHash: ChunkID) throws -> AuthenticatedInstallation { throw notYet }
    public func hello(_ installation: AuthenticatedInstallation) throws -> Hello { throw notYet }
    public func missing(ids: [ChunkID], for installation: AuthenticatedInstallation) throws -> MissingBitmap {
        throw notYet
    }
    public func missing(prefixes: [UInt64], for installation: AuthenticatedInstallation) throws -> MissingBitmap {
        throw notYet
    }
    /// What `HEAD /v1/frames/<id>` answers.
    public func frameState(_ frame: ChunkID, for installation: AuthenticatedInstallation) throws -> FrameState {
        throw notYet
    }
    /// Opens a frame for writing at `offset`; `nil` from a frame that is kept already (success, not work).
    /// - Throws: `StoreError` with code `offsetMismatch`, and the offset that is right.
    public func openFrame(
        _ frame: ChunkID, at offset: UInt64, for installation: AuthenticatedInstallation
    ) throws -> FrameUpload? { throw notYet }
    public func commit(_ request: CommitRequest, from installation: AuthenticatedInstallation) throws -> Receipt {
        throw notYet
    }
    public func keepReport(_ report: Report, from installation: AuthenticatedInstallation) throws { throw notYet }

    /// Declares the files below a folder common. Symbolic links and special files are left out.
    public func seed(
        _ folder: String, name: String, progress: (_ files: UInt64, _ bytes: UInt64) -> Void
    ) throws -> SeedSummary { throw notYet }

    /// Makes the catalog anew, from the packs alone, in place of the old one.
    public static func rebuild(at directory: String, progress: (_ bytes: UInt64) -> Void) throws {
        throw StoreError(.storage, "not yet")
    }

    private var notYet: StoreError { StoreError(.storage, "not yet") }
}
