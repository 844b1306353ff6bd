import CLinux
import FoundationEssentials
import GRDB
import Glibc
import LevelTree

/// Brings the folders to what the database says: content in the tree if it is current, with its own generation if not,
/// and nothing where a generation was dropped.
///
/// Each step looks where things are before it moves them, so it does not matter where an earlier run broke off. Content
/// is known by its inode, which a rename does not change.
struct Arrangement {
    let folders: StagingFolders
    let database: DatabaseQueue
    let beforeStep: @Sendable (PublishingStep) throws -> Void

    private static let files: CName = "files"

    /// Arranges one dataset.
    func arrange(_ dataset: Dataset) throws {
        let rows = try translatingDatabaseErrors { try database.read { try GenerationTable.rows(of: dataset, $0) } }
        for row in rows where row.isCurrent { try show(row, among: rows) }
        let dropped = rows.filter(\.isDropped)
        guard !dropped.isEmpty else { return }
        try beforeStep(.release)
        for row in dropped { try remove(row, among: rows) }
    }

    // MARK: The tree

    private func show(_ row: GenerationRow, among rows: [GenerationRow]) throws {
        switch row.generation.dataset.shape {
        case .folder: try swap(row, among: rows)
        case .files(_, let names): try link(row, names: names)
        }
    }

    /// Puts the content into the tree in one step; what was there before goes with its own generation.
    private func swap(_ row: GenerationRow, among rows: [GenerationRow]) throws {
        guard let own = folders.generation(row.sequence) else { return }
        if FileStatus.of(CName(row.treePath), in: folders.tree.number)?.inode != row.contentInode {
            guard FileStatus.of(Arrangement.files, in: own.number)?.inode == row.contentInode else {
                // Neither here nor there: someone removed it. The next pass makes it anew.
                return try distrust(row.sequence)
            }
            try beforeStep(.swap)
            let (parent, name) = try folders.makeTreeParent(of: row.treePath)
            let result = Arrangement.files.withPointer { from in
                name.withPointer { to in
                    FileStatus.of(to, in: parent.number) == nil
                        ? clinux_rename_new(own.number, from, parent.number, to)
                        : clinux_exchange(own.number, from, parent.number, to)
                }
            }
            guard result == 0 else {
                throw StagingError.failing(to: "swap \(escapedText(row.treePath)) in \(folders.path)/tree")
            }
        }
        guard let before = FileStatus.of(Arrangement.files, in: own.number) else { return }
        try beforeStep(.setAside)
        let owner = rows.first { !$0.isDropped && $0.contentInode == before.inode && $0.sequence != row.sequence }
        guard let owner, let home = folders.generation(owner.sequence) else {
            // Its generation was dropped. It leaves by way of that generation's folder, where it is counted.
            if let dropped = rows.first(where: { $0.isDropped && $0.contentInode == before.inode }) {
                return try move(from: own, to: try folders.makeGeneration(dropped.sequence))
            }
            try FolderRemoval.remove(Arrangement.files, in: own.number)
            return
        }
        try move(from: own, to: home)
    }

    private func move(from: Descriptor, to: Descriptor) throws {
        let result = Arrangement.files.withPointer { clinux_rename_new(from.number, $0, to.number, $0) }
        guard result == 0 else { throw StagingError.failing(to: "set an earlier generation aside") }
    }

    /// Single files share their folder with other datasets: each is a hard link, renamed into its place.
    private func link(_ row: GenerationRow, names: [RelativePath]) throws {
        guard let own = folders.generation(row.sequence), let files = Descriptor.openingFolder("files", in: own.number)
        else { return try distrust(row.sequence) }
        for name in names {
            let place = CName(row.treePath + [UInt8(ascii: "/")] + name.bytes)
            let shown = FileStatus.of(place, in: folders.tree.number)
            guard let content = FileStatus.of(CName(name.bytes), in: files.number) else {
                guard shown != nil else { continue }
                try beforeStep(.swap)
                guard place.withPointer({ unlinkat(folders.tree.number, $0, 0) }) == 0 else {
                    throw StagingError.failing(to: "remove \(name) from \(folders.path)/tree")
                }
                continue
            }
            guard shown?.inode != content.inode else { continue }
            try beforeStep(.swap)
            let (parent, target) = try folders.makeTreeParent(of: row.treePath + [UInt8(ascii: "/")] + name.bytes)
            // Made outside the tree, so that no other name ever appears in it.
            let passing: CName = "passing"
            _ = passing.withPointer { unlinkat(own.number, $0, 0) }
            let result = CName(name.bytes).withPointer { from in
                passing.withPointer { between in
                    target.withPointer { to in
                        linkat(files.number, from, own.number, between, 0) == 0
                            && renameat(own.number, between, parent.number, to) == 0
                    }
                }
            }
            guard result else { throw StagingError.failing(to: "place \(name) in \(folders.path)/tree") }
        }
    }

    // MARK: Dropped generations

    /// Removes a dropped generation's files, then its row.
    private func remove(_ row: GenerationRow, among rows: [GenerationRow]) throws {
        // What is shown there is another's, and may be the same file.
        if !rows.contains(where: { $0.isCurrent && $0.treePath == row.treePath }) { try hide(row) }
        let freed = try FolderRemoval.remove(CName(String(row.sequence)), in: folders.generations.number)
        try translatingDatabaseErrors {
            try database.write { database in
                try GenerationTable.delete(row.sequence, database)
                let used = try Counter.stagedBytes.value(database)
                try Counter.stagedBytes.set(used - min(used, freed), database)
            }
        }
        folders.removeEmptyTreeParents(of: row.treePath)
    }

    /// Takes a closed year's content out of the tree, if it is still there.
    private func hide(_ row: GenerationRow) throws {
        switch row.generation.dataset.shape {
        case .folder:
            let place = CName(row.treePath)
            guard FileStatus.of(place, in: folders.tree.number)?.inode == row.contentInode else { return }
            let own = try folders.makeGeneration(row.sequence)
            let result = place.withPointer { from in
                Arrangement.files.withPointer { to in clinux_rename_new(folders.tree.number, from, own.number, to) }
            }
            guard result == 0 else { throw StagingError.failing(to: "take a closed year out of \(folders.path)/tree") }
        case .files(_, let names):
            guard let own = folders.generation(row.sequence),
                let files = Descriptor.openingFolder("files", in: own.number)
            else { return }
            for name in names {
                let place = CName(row.treePath + [UInt8(ascii: "/")] + name.bytes)
                guard let shown = FileStatus.of(place, in: folders.tree.number),
                    shown.inode == FileStatus.of(CName(name.bytes), in: files.number)?.inode
                else { continue }
                _ = place.withPointer { unlinkat(folders.tree.number, $0, 0) }
            }
        }
    }

    private func distrust(_ sequence: UInt64) throws {
        try translatingDatabaseErrors {
            try database.write { try GenerationTable.setFlag("is_distrusted", of: sequence, to: true, $0) }
        }
    }
}
