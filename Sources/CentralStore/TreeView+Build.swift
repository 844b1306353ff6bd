import Glibc
import LevelTree

/// Building a dataset outside the tree, and swapping it in.
extension TreeView {
    /// The new state, in a workspace; what it replaces comes to lie there after the swap.
    private static let content = Array("content".utf8)

    /// Fills `<workspace>/content` with the snapshot's files.
    func build(_ snapshot: SnapshotRecord, from source: some SnapshotSource, in workspace: TreeFolder) throws {
        let group = readerGroup
        let root = try workspace.folder(Self.content, making: Self.folderMode)
        try root.share(with: group)
        var descent = TreeDescent(root: root) { parent, name in
            let folder = try parent.folder(name, making: Self.folderMode)
            try folder.share(with: group)
            return folder
        }
        try source.forEachEntry(of: snapshot) { entry in
            guard snapshot.dataset.admits(entry.path) else {
                throw StoreError(
                    .damaged, "the snapshot \(snapshot.id) holds \(entry.path), which is no file of \(snapshot.dataset)"
                )
            }
            try pool.place(entry, from: source, in: descent.parent(of: entry.path), as: entry.path.lastComponent)
        }
    }

    /// Puts the workspace's content into its place, in one step for a folder and in one step for each file.
    func swap(_ place: TreePlace, _ workspace: TreeFolder) throws {
        let parent = try tree.folder(at: place.parent, sharedWith: readerGroup)
        if place.isFolder {
            if try put(Self.content, of: workspace, as: place.names[0], in: parent) == .replaced {
                try retired.take(Self.content, from: workspace)
            }
            return
        }
        let content = try workspace.folder(Self.content)
        var hasOld = false
        for name in place.names {
            if try content.status(name) != nil {
                if try put(name, of: content, as: name, in: parent) == .replaced { hasOld = true }
            } else if try parent.status(name) != nil, try parent.moveNew(name, to: name, in: content) {
                hasOld = true
            }
        }
        if hasOld { try retired.take(Self.content, from: workspace) }
    }

    private enum Put { case first, replaced }

    private func put(
        _ name: [UInt8], of workspace: TreeFolder, as target: [UInt8], in parent: TreeFolder
    ) throws -> Put {
        if try workspace.moveNew(name, to: target, in: parent) { return .first }
        try workspace.exchange(name, with: target, in: parent)
        return .replaced
    }
}

extension TreeFolder {
    /// Readable for the reader group and nobody else, writable for the owner alone.
    func share(with group: gid_t?) throws {
        let status = try status()
        if let group, status.st_gid != group, fchown(descriptor, uid_t.max, group) != 0 {
            throw TreeFault.error("give the reader group", place)
        }
        if status.st_mode & 0o7777 != TreeView.folderMode, fchmod(descriptor, TreeView.folderMode) != 0 {
            throw TreeFault.error("set the mode of", place)
        }
    }

    /// The folder at a path below this one, made where it is not there.
    func folder(at path: RelativePath, sharedWith group: gid_t?) throws -> TreeFolder {
        var folder = self
        for name in path.components {
            folder = try folder.folder(name, making: TreeView.folderMode)
            try folder.share(with: group)
        }
        return folder
    }

    /// The folder at a path below this one, or nil.
    func existingFolder(at path: RelativePath) throws -> TreeFolder? {
        var folder = self
        for name in path.components {
            guard let next = try folder.existingFolder(name) else { return nil }
            folder = next
        }
        return folder
    }
}
