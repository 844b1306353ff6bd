import Content
import Glibc
import LevelTree

/// Compares what the tree shows of a dataset with its snapshot.
struct TreeComparison {
    let tree: TreeFolder
    /// Reads the files too, not only their size, mode and time.
    let content: TreeContentCheck?

    /// Calls `report` with the path in the tree, and a clause that reads on after it, for each difference.
    /// - Throws: `StoreError` if the manifest cannot be read, and whatever `report` throws.
    func compare(
        _ snapshot: SnapshotRecord, from source: some SnapshotSource,
        file: (UInt64) -> Void = { _ in }, report: (RelativePath, String) throws -> Void
    ) throws {
        let place = try TreePlace(snapshot)
        let parent = try? tree.existingFolder(at: place.parent)
        guard place.isFolder else {
            return try compareFiles(place, snapshot, source, parent, file, report)
        }
        let home = try place.parent.appending(component: place.names[0])
        guard let folder = try? parent?.existingFolder(place.names[0]) else {
            return try report(home, "is not there, or is no folder")
        }
        try compareFolder(folder, home, snapshot, source, file, report)
    }

    /// Walks the folder and the manifest side by side: both have the same order.
    private func compareFolder(
        _ folder: TreeFolder, _ home: RelativePath, _ snapshot: SnapshotRecord, _ source: some SnapshotSource,
        _ file: (UInt64) -> Void, _ report: (RelativePath, String) throws -> Void
    ) throws {
        var walk = try TreeWalk(folder)
        var found = try walk.next()
        func stray(_ path: RelativePath) throws { try report(home.appending(path), "is in no snapshot") }
        try source.forEachEntry(of: snapshot) { entry in
            while let present = found, present.path < entry.path {
                try stray(present.path)
                found = try walk.next()
            }
            if let present = found, present.path == entry.path {
                if let difference = difference(entry, present.folder, present.status) {
                    try report(home.appending(entry.path), difference)
                }
                found = try walk.next()
            } else {
                try report(home.appending(entry.path), "is not there")
            }
            file(entry.size)
        }
        while let present = found {
            try stray(present.path)
            found = try walk.next()
        }
    }

    private func compareFiles(
        _ place: TreePlace, _ snapshot: SnapshotRecord, _ source: some SnapshotSource, _ parent: TreeFolder?,
        _ file: (UInt64) -> Void, _ report: (RelativePath, String) throws -> Void
    ) throws {
        var surplus = Set(place.names)
        try source.forEachEntry(of: snapshot) { entry in
            surplus.remove(entry.path.bytes)
            if let parent, let status = try parent.status(entry.path.bytes) {
                if let difference = difference(entry, parent, status) {
                    try report(place.parent.appending(entry.path), difference)
                }
            } else {
                try report(place.parent.appending(entry.path), "is not there")
            }
            file(entry.size)
        }
        for name in surplus where try parent?.status(name) != nil {
            try report(place.parent.appending(component: name), "is in no snapshot")
        }
    }

    private func difference(_ entry: ManifestEntry, _ folder: TreeFolder, _ status: stat) -> String? {
        if let difference = TreeFileState(entry).difference(from: status) { return difference }
        return content?.difference(entry, folder, status)
    }
}
