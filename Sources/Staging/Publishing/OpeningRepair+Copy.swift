import GRDB
import LevelTree

extension OpeningRepair {
    /// Takes over content that has other inodes than the database knows because the whole directory was copied: restored
    /// from an image, or moved to another disk. A directory that was not copied is left as it is.
    ///
    /// What is taken over is distrusted: the next pass reads sources and copies again before it relies on them.
    func adoptCopy() throws {
        guard let here = FileStatus.of(folders.generations.number)?.inode else {
            throw StagingError.failing(to: "look at \(folders.path)/generations")
        }
        try translatingDatabaseErrors {
            try database.write { database in
                let known = try Counter.generationsInode.value(database)
                guard known != here else { return }
                if known != 0 {
                    for row in try GenerationTable.all(database) where !row.isDropped { try adopt(row, database) }
                }
                try Counter.generationsInode.set(here, database)
            }
        }
    }

    /// Content lies with its generation, or else, if it is current, in the tree.
    private func adopt(_ row: GenerationRow, _ database: Database) throws {
        let own = folders.generation(row.sequence).flatMap { FileStatus.of("files", in: $0.number) }
        let shown = row.isCurrent ? FileStatus.of(CName(row.treePath), in: folders.tree.number) : nil
        guard let inode = (own ?? shown)?.inode else { return }
        try GenerationTable.adoptContent(withInode: inode, of: row.sequence, database)
    }
}
