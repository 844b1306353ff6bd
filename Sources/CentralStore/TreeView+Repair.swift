import LevelTree

/// What bringing the tree up to date came to.
public struct TreeRepair: Sendable {
    /// Snapshots that should be shown.
    public var snapshots = 0
    /// Of these, how many were published now.
    public var published = 0
    /// Datasets and foreign names that were taken away.
    public var removed = 0
    /// What could not be shown; the tree shows there what it did before.
    public var failures: [(snapshot: SnapshotRecord, error: StoreError)] = []
}

extension TreeView {
    /// Brings the tree to what the catalog says, after a start: whatever was interrupted is done again, datasets that
    /// are no more are taken away, and after a power cut the files shown last are looked at one by one.
    ///
    /// To be called before the first `publish` of this process.
    /// - Parameters:
    ///   - schools: those that are looked at; nil means all.
    ///   - progress: gets how many snapshots of how many are done.
    /// - Throws: `StoreError` if the tree or the catalog cannot be read at all.
    public func catchUp(
        with source: some SnapshotSource, schools: Set<ServerID>? = nil, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> TreeRepair {
        try removeUnfinished()
        let current = try source.currentSnapshots().filter { schools?.contains($0.school) ?? true }
        var repair = try each(current, progress) { snapshot in
            let marker = try markers.marker(TreeKey(snapshot))
            if let marker {
                if try isShown(snapshot, marker, source) { return false }
                if try move(snapshot, from: marker) { return true }
            }
            try show(snapshot, from: source, instead: marker)
            return true
        }
        let keys = Set(current.map(TreeKey.init))
        for (key, marker) in try markers.all() where schools?.contains(key.school) ?? true && !keys.contains(key) {
            try alone(key) {
                try hide(marker, key)
                try markers.remove(key)
            }
            repair.removed += 1
        }
        return repair
    }

    /// Makes the whole tree anew from the packs, dataset by dataset in its place, and takes away what does not belong.
    /// - Parameter progress: gets how many snapshots of how many are done.
    public func rebuild(
        from source: some SnapshotSource, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> TreeRepair {
        try removeUnfinished()
        try pool.empty()
        let current = try source.currentSnapshots()
        var repair = try each(current, progress) { snapshot in
            try show(snapshot, from: source, instead: markers.marker(TreeKey(snapshot)))
            return true
        }
        for stray in try TreeOutline(current).strays(in: tree) {
            let parent = try stray.parent.map { try tree.existingFolder(at: $0) } ?? tree
            if let parent { try retired.take(stray.lastComponent, from: parent) }
            repair.removed += 1
        }
        let keys = Set(current.map(TreeKey.init))
        for (key, _) in try markers.all() where !keys.contains(key) { try markers.remove(key) }
        return repair
    }

    private func each(
        _ snapshots: [SnapshotRecord], _ progress: (Int, Int) -> Void, _ body: (SnapshotRecord) throws -> Bool
    ) throws -> TreeRepair {
        var repair = TreeRepair(snapshots: snapshots.count)
        for (index, snapshot) in snapshots.enumerated() {
            progress(index, snapshots.count)
            do {
                if try alone(TreeKey(snapshot), { try body(snapshot) }) { repair.published += 1 }
            } catch {
                repair.failures.append((snapshot, StoreError(from: error)))
            }
        }
        progress(snapshots.count, snapshots.count)
        return repair
    }

    private func isShown(
        _ snapshot: SnapshotRecord, _ marker: TreeMarker, _ source: some SnapshotSource
    ) throws -> Bool {
        guard marker.snapshot == snapshot.id, marker.directory == snapshot.directory, try stands(snapshot) else {
            return false
        }
        let isSettled = try markers.isSettled(marker)
        // Single files are as quickly compared as counted.
        if try isSettled && TreePlace(snapshot).isFolder { return true }
        do {
            try TreeComparison(tree: tree, content: nil).compare(snapshot, from: source) { _, _ in throw Difference() }
        } catch is Difference {
            return false
        }
        if !isSettled { try markers.write(snapshot) }
        return true
    }

    private func removeUnfinished() throws {
        for name in try building.names() { try building.removeAll(name) }
    }
}

/// Ends a comparison at the first difference.
private struct Difference: Error {}

extension StoreError {
    /// Any error as one of the store's.
    init(from error: any Error) {
        self = error as? StoreError ?? StoreError(.storage, "\(error)")
    }
}
