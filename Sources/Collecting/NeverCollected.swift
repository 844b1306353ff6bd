import LevelTree
import Staging

/// What is left out of every source, wherever it lies: other programs' state, and keys.
enum NeverCollected {
    /// Folders of git, of GnuPG, of SSH and of Syncthing, and `backups`, which hold copies of everything.
    private static let folders = [".git", ".gnupg", ".ssh", ".stfolder", ".stversions", "backups"]
    /// Files of the same.
    private static let files = [".git", ".stfolder", ".stignore"]

    static func folderVerdict(_ path: RelativePath) -> SourceVerdict {
        folders.contains { path.lastComponent.elementsEqual($0.utf8) }
            ? .skipAndList("never collected: it holds another program's state") : .take
    }

    static func fileVerdict(_ path: RelativePath) -> SourceVerdict {
        files.contains { path.lastComponent.elementsEqual($0.utf8) }
            ? .skipAndList("never collected: it is another program's state") : .take
    }

    /// For folders that people or other programs fill by hand; a pupil's upload may well end in `.key`.
    static func fileVerdictWithKeys(_ path: RelativePath) -> SourceVerdict {
        KeyName.isOne(path.lastComponent)
            ? .skipAndList("never collected: by its name it holds a key") : fileVerdict(path)
    }
}
