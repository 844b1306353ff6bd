import GRDB
import Glibc
import LevelTree
import Synchronization

/// A school's staging directory: the staged LEVEL tree, its generations, and the state of their way to the store.
///
/// One process at a time holds it. Every call may come from any thread; one pass runs at a time, and reading for an
/// upload may go on beside it. What a call has returned from is durable, unless the call says otherwise.
public final class Staging: Sendable {
    public let identity: SchoolIdentity
    let options: StagingOptions
    let folders: StagingFolders
    let database: DatabaseQueue
    /// Holds the instance lock for as long as it is open; one that only looks shares it, or has none beside one at work.
    private let lock: Descriptor?
    /// Held by the pass that runs.
    let passing = Mutex(())
    /// See `takeRelieved`.
    let relieved = Mutex<Set<Dataset>>([])
    /// Held while folders are moved or removed.
    private let arranging = Mutex(())

    /// Absolute.
    public var directory: String { folders.path }

    /// Opens the directory, making it if needed, takes the instance lock, and repairs what a crash left behind.
    ///
    /// The lock lasts as long as this object. If the identity is not the one that the tree was made under (a school's
    /// code was corrected), the tree moves to its new name.
    /// - Throws: `StagingError`, `.busy` if another process holds the directory.
    public static func open(
        at directory: String, identity: SchoolIdentity, options: StagingOptions = StagingOptions()
    ) throws -> Staging {
        try Staging(directory: directory, identity: identity, options: options)
    }

    /// Looks at a directory that another process may be using: makes nothing, repairs nothing, and anything that would
    /// write throws. Where no other is at work, none can begin to be while this looks. What it shows may be let go by the other process at any moment (`.generationGone`).
    /// - Throws: `StagingError` if there is nothing to look at, too; `.outdated` until it was opened by this version.
    public static func look(
        at directory: String, identity: SchoolIdentity, options: StagingOptions = StagingOptions()
    ) throws -> Staging {
        try Staging(lookingAt: directory, identity: identity, options: options)
    }

    private init(lookingAt directory: String, identity: SchoolIdentity, options: StagingOptions) throws {
        self.identity = identity
        self.options = options
        folders = try StagingFolders(lookingAt: directory)
        let lock = Descriptor.opening("lock", in: folders.state.number, O_RDONLY)
        let isAlone = lock.map { flock($0.number, LOCK_SH | LOCK_NB) == 0 } ?? false
        self.lock = isAlone ? lock : nil
        database = try StagingDatabase.look(at: folders.path + "/state/collectd.sqlite", isAlone: isAlone)
    }

    private init(directory: String, identity: SchoolIdentity, options: StagingOptions) throws {
        self.identity = identity
        self.options = options
        folders = try StagingFolders(at: directory)
        guard let lock = Descriptor.opening("lock", in: folders.state.number, O_RDWR | O_CREAT, mode: 0o600) else {
            throw StagingError.failing(to: "open \(folders.path)/state/lock")
        }
        guard flock(lock.number, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { throw StagingError.failing(to: "lock \(folders.path)/state/lock") }
            throw StagingError(
                .busy, "another clix-collectd is using the staging directory \(folders.path); wait until it has ended")
        }
        self.lock = lock
        database = try StagingDatabase.open(at: folders.path + "/state/collectd.sqlite")
        try OpeningRepair(arrangement: arrangement, identity: identity).run()
    }

    deinit {
        // Closing alone would not do: a program that is just being started by another thread has the lock's descriptor
        // too, until its exec.
        if let lock { flock(lock.number, LOCK_UN) }
    }

    var arrangement: Arrangement {
        Arrangement(folders: folders, database: database, beforeStep: options.beforeStep)
    }

    /// Brings one dataset's folders to what the database says.
    func arrange(_ dataset: Dataset) throws {
        try arranging.withLock { _ in try arrangement.arrange(dataset) }
    }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try translatingDatabaseErrors { try database.read(body) }
    }

    /// One transaction, durable when it returns.
    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try translatingDatabaseErrors { try database.write(body) }
    }

    /// Lets go of what the rules no longer keep: marks it in this transaction; `arrange` removes it afterwards.
    func releaseGenerations(of dataset: Dataset, _ database: Database) throws {
        let inDoubt = try pendingCommits(database).filter { $0.dataset == dataset }.map(\.generation)
        let rows = try GenerationTable.rows(of: dataset, database)
        let released = Retention.released(of: rows, inDoubt: Set(inDoubt))
        try GenerationTable.drop(released, database)
    }
}
