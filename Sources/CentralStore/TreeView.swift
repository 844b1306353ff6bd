import Glibc
import LevelTree
import Synchronization

/// The plain LEVEL tree, `<data>/tree/<year>/<state>/<code>-<id>/<platform>/<item>`, as researchers copy and mount it.
///
/// It is derived: everything in it can be made anew from the packs, so nothing here is fsynced. A dataset is built
/// outside `tree/` on the same filesystem and swapped in one step, so no other name is ever seen there, and what it
/// replaces stays in `retired/` for an hour. Files are read-only, readable for the reader group, and one inode where they
/// are equal. Only one process at a time may use this: the one that holds the store's data lock.
public final class TreeView: Sendable {
    public struct Options: Sendable {
        /// The group whose members may read everything and change nothing; nil leaves the group of new files alone.
        public var readerGroup: gid_t?
        /// Names that one inode gets at most. The default leaves the limit to the filesystem.
        public var linkLimit: UInt64 = .max
        /// Milliseconds since 1970; only says when something was retired.
        public var now: @Sendable () -> Int64 = StoreOptions.systemClock

        public init() {}
    }

    static let folderMode: mode_t = 0o750

    let tree: TreeFolder
    let building: TreeFolder
    let pool: InodePool
    let retired: RetiredFolders
    let markers: TreeMarkers
    let readerGroup: gid_t?
    private let turns = TreeTurns()
    private let buildCount = Atomic<UInt64>(0)
    /// Held while names in the tree change: a folder that one publication is about to use must not be removed as empty
    /// by another. Building goes on meanwhile.
    let names = Mutex(())

    /// Makes the folders that are not there yet.
    /// - Parameter data: the store's data directory, which must exist.
    public init(data: String, options: Options = Options()) throws {
        let root = try TreeFolder(path: data)
        func folder(_ name: String) throws -> TreeFolder { try root.folder(Array(name.utf8), making: 0o700) }
        tree = try folder("tree")
        try tree.share(with: options.readerGroup)
        building = try folder("building")
        pool = InodePool(
            folder: try folder("pool"), readerGroup: options.readerGroup, linkLimit: options.linkLimit)
        retired = RetiredFolders(folder: try folder("retired"), now: options.now)
        markers = try TreeMarkers(folder: try folder("shown"))
        readerGroup = options.readerGroup
    }

    /// Shows a snapshot in place of what the tree shows of its dataset. Called once the commit is durable, and again when
    /// the school's code was corrected; calling it once more does nothing. An older snapshot of the same installation
    /// does not replace a newer one.
    ///
    /// - Throws: `StoreError`; the tree then shows what it did before.
    public func publish(_ snapshot: SnapshotRecord, from source: some SnapshotSource) throws {
        let key = TreeKey(snapshot)
        try turns.take(key) {
            let marker = try markers.marker(key)
            if let marker {
                if marker.snapshot == snapshot.id, marker.directory == snapshot.directory, try stands(snapshot) {
                    return
                }
                if marker.installation == snapshot.installation, marker.sequence > snapshot.sequence { return }
                if try move(snapshot, from: marker) { return }
            }
            try show(snapshot, from: source, instead: marker)
        }
    }

    /// Removes what was retired an hour ago or earlier.
    /// - Parameter now: milliseconds since 1970.
    public func sweepRetired(now: Int64) throws { try retired.sweep(now: now) }

    /// Removes files that are in no tree any more, and brings what was shown to the disk. Meant for once an hour or day,
    /// after `sweepRetired`.
    public func sweepPool() throws {
        try pool.sweep()
        try markers.settle()
    }

    /// Whether something stands where the snapshot is shown.
    func stands(_ snapshot: SnapshotRecord) throws -> Bool {
        let place = try TreePlace(snapshot)
        guard let parent = try tree.existingFolder(at: place.parent) else { return false }
        return try !place.isFolder || parent.status(place.names[0]) != nil
    }

    /// Runs alone for the dataset, as `publish` does.
    func alone<R>(_ key: TreeKey, _ body: () throws -> R) rethrows -> R { try turns.take(key, body) }

    /// Builds and swaps, whatever the markers say.
    func show(_ snapshot: SnapshotRecord, from source: some SnapshotSource, instead marker: TreeMarker?) throws {
        let place = try TreePlace(snapshot)
        let number = buildCount.add(1, ordering: .relaxed).newValue
        let name = Array("\(getpid())-\(number)".utf8)
        let workspace = try building.folder(name, making: 0o700)
        do {
            try build(snapshot, from: source, in: workspace)
            try names.withLock { _ in try swap(place, workspace) }
        } catch {
            try? building.removeAll(name)
            throw error
        }
        if let marker, marker.directory != snapshot.directory { try hide(marker, TreeKey(snapshot)) }
        try markers.write(snapshot)
        try building.removeAll(name)
    }
}
