import Content
import Glibc
import LevelTree
import Synchronization
import Wire

/// The central store: what schools sent, kept for good. One process holds it at a time.
///
/// Packs are the truth and the catalog their projection: every change is an item that is appended to a pack, made
/// durable, applied to the catalog, and only then answered. Every call may block on the disk and may be made from any
/// thread that may block.
public final class CentralStore: Sendable {
    let paths: StorePaths
    let options: StoreOptions
    let storage: any PackStorage
    let directory: PackDirectory
    let catalog: Catalog
    let journal: Journal
    let reader: ChunkReader
    let schoolLocks = SchoolLocks()
    let decodeSlots: DecodeSlots
    let spools: FrameSpools
    let contacts = Contacts()
    let reportAllowance = ReportAllowance()
    /// Whether this opening found no catalog that it could use, and made it anew from the packs.
    public let madeCatalogAnew: Bool
    private let lock: DataLock
    private let handlers = Mutex(Handlers())

    /// Makes the layout of a new store in an existing or new directory (0700).
    /// - Throws: `StoreError` with code `exists` if there is a store already.
    public static func create(at directory: String) throws {
        let paths = StorePaths(data: directory)
        guard !exists(paths.packs), !exists(paths.catalog) else {
            throw StoreError(.exists, "there is a store in \(directory) already; choose another directory")
        }
        try makeFolder(directory)
        try makeFolder(paths.packs)
        try makeFolder(paths.incoming)
        try Catalog(path: paths.catalog).close()
        try syncFolder(directory)
    }

    /// Opens a store and takes its data lock. Cuts a torn tail off the open pack, and brings a catalog that is behind
    /// the packs, or gone, up to date.
    ///
    /// - Parameter storage: nil for files below the directory.
    /// - Throws: `StoreError`: `busy` while another process has it, `notFound` where there is no store, `damaged`.
    public static func open(
        at directory: String, options: StoreOptions, storage: (any PackStorage)? = nil
    ) throws -> CentralStore {
        let paths = StorePaths(data: directory)
        guard storage != nil || exists(paths.packs) else {
            throw StoreError(
                .notFound,
                "there is no store in \(directory); make one with clix-store init, or name another with --data")
        }
        let lock = try DataLock(paths.lock)
        return try CentralStore(paths, options, storage ?? PackFiles(folder: paths.packs), lock)
    }

    private init(
        _ paths: StorePaths, _ options: StoreOptions, _ storage: any PackStorage, _ lock: DataLock
    ) throws {
        self.paths = paths
        self.options = options
        self.storage = storage
        self.lock = lock
        let directory = PackDirectory()
        self.directory = directory
        if exists(paths.suspectMark) {
            CentralStore.removeCatalog(paths.catalog)
            unlink(paths.suspectMark)
        }
        let hadCatalog = exists(paths.catalog)
        catalog = try Catalog(path: paths.catalog)
        let writer = try CentralStore.recover(storage, directory, catalog, packBytes: options.limits.packBytes)
        madeCatalogAnew = !hadCatalog && !directory.extents().isEmpty
        reader = ChunkReader(storage: storage, directory: directory, catalog: catalog)
        decodeSlots = DecodeSlots(atOnce: options.limits.decodedAtOnce, waiting: options.limits.waitingToDecode)
        spools = try FrameSpools(folder: paths.incoming, limits: options.limits)
        journal = Journal(
            Keeper(
                writer: writer, storage: storage, directory: directory, catalog: catalog,
                suspectMark: paths.suspectMark))
    }

    /// Finds the end of the history, and brings the catalog there.
    static func recover(
        _ storage: any PackStorage, _ directory: PackDirectory, _ catalog: Catalog, packBytes: UInt64,
        progress: (UInt64) -> Void = { _ in }
    ) throws -> PackWriter {
        let recovery = PackRecovery(
            storage: storage, directory: directory, known: try catalog.knownPacks(), applied: try catalog.position(),
            block: { try catalog.block(at: BlockAddress(pack: $0.pack, offset: $0.offset))?.place.length })
        let found = try recovery.run()
        try withoutActuallyEscaping(progress) { progress in
            try CatchUp(storage: storage, directory: directory, catalog: catalog, progress: progress).run()
        }
        return PackWriter(
            storage, directory, packBytes: packBytes, open: found.open, last: found.last, highest: found.highest)
    }

    /// Lets the lock go. No call may follow.
    public func close() {
        try? flushContacts()
        try? catalog.close()
        storage.close()
        lock.release()
    }

    /// `handler` is called after each commit, once it is durable, in the order of a school's commits, on the committing
    /// thread: it must only take note. Set it before the first commit.
    public func onCommit(_ handler: @escaping @Sendable (SnapshotRecord) -> Void) {
        handlers.withLock { $0.commit = handler }
    }

    func noteCommit(_ snapshot: SnapshotRecord) {
        let handler = handlers.withLock { $0.commit }
        handler?(snapshot)
    }

    /// `handler` is called when a school's code was set, once that is durable, with the school's current snapshots as
    /// they are filed now: in order with its commits, on the thread that set it, and only to take note, as `onCommit`.
    public func onFiling(_ handler: @escaping @Sendable ([SnapshotRecord]) -> Void) {
        handlers.withLock { $0.filing = handler }
    }

    func noteFiling(school: Int64) throws {
        guard let handler = handlers.withLock({ $0.filing }) else { return }
        let snapshots = try catalog.currentSnapshots(school: school)
        if !snapshots.isEmpty { handler(snapshots) }
    }
}

/// Whom the store tells. In a struct, because each look at a `Mutex` of a closure itself wraps that closure once more, until
/// a call of it has no room on a thread's stack.
private struct Handlers: Sendable {
    var commit: (@Sendable (SnapshotRecord) -> Void)?
    var filing: (@Sendable ([SnapshotRecord]) -> Void)?
}
