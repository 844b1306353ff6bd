import Glibc
import LevelTree

/// Leaving the folder of a former school code.
extension TreeView {
    /// Renames a dataset that stands under a former code of its school, in one step.
    ///
    /// After a kill between the step and the marker the next start finds nothing in the old place, and builds.
    /// - Returns: false if it has to be built: single files are as quickly built as moved, what a marker tells of may have
    ///   been lost in a power cut, and a stray may stand in either place.
    func move(_ snapshot: SnapshotRecord, from marker: TreeMarker) throws -> Bool {
        let old = try TreePlace(marker, TreeKey(snapshot))
        let new = try TreePlace(snapshot)
        guard marker.snapshot == snapshot.id, old.parent != new.parent, new.isFolder, try markers.isSettled(marker)
        else { return false }
        let isMoved = try names.withLock { _ in
            let name = new.names[0]
            guard let former = try tree.existingFolder(at: old.parent),
                let status = try former.status(name), status.st_mode & S_IFMT == S_IFDIR,
                try former.moveNew(name, to: name, in: tree.folder(at: new.parent, sharedWith: readerGroup))
            else { return false }
            try tree.removeEmptyFolders(upFrom: old.parent)
            return true
        }
        if isMoved { try markers.write(snapshot) }
        return isMoved
    }

    /// Takes away what a marker tells of: the school's code was corrected, or the school is gone.
    func hide(_ marker: TreeMarker, _ key: TreeKey) throws {
        try names.withLock { _ in try takeAway(TreePlace(marker, key)) }
    }

    /// Retires what stands in a place, and removes the folders above it as far as nothing else is in them.
    private func takeAway(_ place: TreePlace) throws {
        guard let parent = try tree.existingFolder(at: place.parent) else { return }
        for name in place.names where try parent.status(name) != nil { try retired.take(name, from: parent) }
        try tree.removeEmptyFolders(upFrom: place.parent)
    }
}

extension TreePlace {
    /// Where a marker says that its dataset stands.
    fileprivate init(_ marker: TreeMarker, _ key: TreeKey) throws {
        try self.init(key.dataset, of: key.school, directory: marker.directory, year: key.year)
    }
}

extension TreeFolder {
    /// Removes the folder at a path and those above it, as far as they are empty.
    fileprivate func removeEmptyFolders(upFrom path: RelativePath) throws {
        var path: RelativePath? = path
        while let current = path {
            let parent = try current.parent.map { try existingFolder(at: $0) } ?? self
            guard try parent?.removeEmptyFolder(current.lastComponent) ?? true else { return }
            path = current.parent
        }
    }
}
