import CLinux
import Content
import FoundationEssentials
import GRDB
import Glibc
import LevelTree

/// What is done once when staging is opened: whatever a crash, or a school that got another code, left behind.
struct OpeningRepair {
    let arrangement: Arrangement
    let identity: SchoolIdentity

    var folders: StagingFolders { arrangement.folders }
    var database: DatabaseQueue { arrangement.database }

    func run() throws {
        try adoptCopy()
        let rows = try translatingDatabaseErrors { try database.read { try GenerationTable.all($0) } }
        try relocate(rows)
        for dataset in Set(rows.map(\.generation.dataset)).sorted() { try arrangement.arrange(dataset) }
        let leftovers = try removeUnknownGenerations(rows)
        // A crash between removing files and counting it leaves the count too high, and then too little is collected.
        if leftovers || rows.contains(where: \.isDropped) { try recount() }
        try cleanSpool()
    }

    /// The school's code or id was corrected: its tree moves.
    private func relocate(_ rows: [GenerationRow]) throws {
        for row in rows where row.isCurrent {
            guard let wanted = try? treePath(of: row.generation.dataset, row.generation.year, identity),
                wanted != row.treePath
            else { continue }
            let (parent, name) = try folders.makeTreeParent(of: wanted)
            switch row.generation.dataset.shape {
            case .folder:
                if FileStatus.of(CName(row.treePath), in: folders.tree.number)?.inode == row.contentInode {
                    let result = CName(row.treePath).withPointer { from in
                        name.withPointer { to in clinux_rename_new(folders.tree.number, from, parent.number, to) }
                    }
                    guard result == 0 else {
                        throw StagingError.failing(to: "move \(escapedText(row.treePath)) to \(escapedText(wanted))")
                    }
                }
            case .files(_, let names):
                // Links only: arranging makes them anew in the new place.
                for name in names {
                    let place = CName(row.treePath + [UInt8(ascii: "/")] + name.bytes)
                    _ = place.withPointer { unlinkat(folders.tree.number, $0, 0) }
                }
            }
            try translatingDatabaseErrors {
                try database.write { try GenerationTable.setTreePath(wanted, of: row.sequence, $0) }
            }
            folders.removeEmptyTreeParents(of: row.treePath + [UInt8(ascii: "/"), UInt8(ascii: "x")])
        }
    }

    /// Removes drafts that were never recorded.
    private func removeUnknownGenerations(_ rows: [GenerationRow]) throws -> Bool {
        let known = Set(rows.map { String($0.sequence) })
        var listing = FolderListing()
        guard listing.read(folders.generations.number) else {
            throw StagingError.failing(to: "list \(folders.path)/generations")
        }
        var isFound = false
        for index in 0..<listing.count {
            let name = listing.name(index)
            guard !known.contains(String(decoding: name, as: UTF8.self)) else { continue }
            try FolderRemoval.remove(CName(name), in: folders.generations.number)
            isFound = true
        }
        return isFound
    }

    /// Counts anew what staged content takes: each generation's folder, and its content where the tree shows it.
    private func recount() throws {
        var counted = Set<UInt64>()
        var used = try footprint(of: folders.generations, &counted) - FolderRemoval.folderFootprint
        let rows = try translatingDatabaseErrors { try database.read { try GenerationTable.all($0) } }
        for row in rows where row.isCurrent {
            guard let shown = FileStatus.of(CName(row.treePath), in: folders.tree.number),
                shown.inode == row.contentInode
            else { continue }
            if shown.kind == .folder,
                let folder = Descriptor.openingFolder(CName(row.treePath), in: folders.tree.number)
            {
                used += try footprint(of: folder, &counted)
            } else {
                used += FolderRemoval.footprint(shown.size)
            }
        }
        try translatingDatabaseErrors { try database.write { try Counter.stagedBytes.set(used, $0) } }
    }

    /// - Parameter counted: inodes of files with several links, which count once.
    private func footprint(of folder: Descriptor, _ counted: inout Set<UInt64>) throws -> UInt64 {
        var listing = FolderListing()
        guard listing.read(folder.number) else { throw StagingError.failing(to: "measure \(folders.path)") }
        var sum = FolderRemoval.folderFootprint
        for index in 0..<listing.count {
            guard let status = listing.withName(index, { FileStatus.of($0, in: folder.number) }) else { continue }
            switch status.kind {
            case .folder:
                guard let inside = Descriptor.openingFolder(CName(listing.name(index)), in: folder.number) else {
                    continue
                }
                sum += try footprint(of: inside, &counted)
            case .symlink: sum += FolderRemoval.footprint(status.size)
            case .file where status.links == 1 || counted.insert(status.inode).inserted:
                sum += FolderRemoval.footprint(status.size)
            default: break
            }
        }
        return sum
    }

    /// Removes bodies of frames that were never recorded.
    private func cleanSpool() throws {
        let known = try translatingDatabaseErrors {
            try database.read { Set(try Data.fetchAll($0, sql: "SELECT id FROM spooled_frame").map { hexText($0) }) }
        }
        var listing = FolderListing()
        guard listing.read(folders.spool.number) else { throw StagingError.failing(to: "list \(folders.path)/spool") }
        for index in 0..<listing.count {
            let name = listing.name(index)
            guard !known.contains(String(decoding: name, as: UTF8.self)) else { continue }
            try FolderRemoval.remove(CName(name), in: folders.spool.number)
        }
    }
}

/// Where the tree shows a dataset, relative to `tree/`; for datasets of single files, the folder they lie in.
func treePath(of dataset: Dataset, _ year: Year, _ identity: SchoolIdentity) throws -> [UInt8] {
    let place =
        switch dataset.shape {
        case .folder(let folder): folder
        case .files(let folder, _): folder
        }
    do {
        return try identity.levelTwo(year).appending(place).bytes
    } catch {
        throw StagingError(.unusable, "\(error)")
    }
}
