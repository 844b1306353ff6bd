import Glibc
import LevelTree
import Staging

/// The folders and plain files in one folder of the drop folder, sorted by name; links and the like are not among them.
struct FolderLook {
    struct File {
        let name: [UInt8]
        let stamp: FileStamp
    }

    /// Of the folder itself.
    let inode: UInt64
    private(set) var folders: [[UInt8]] = []
    private(set) var files: [File] = []

    /// Nil if the folder cannot be listed. Nothing in it is opened.
    init?(_ place: SourcePlace) {
        guard let folder = try? place.openDescriptor(.folder) else { return nil }
        defer { close(folder) }
        var facts = stat()
        guard fstat(folder, &facts) == 0 else { return nil }
        inode = UInt64(facts.st_ino)
        for name in Folder.names(in: place) ?? [] {
            guard withCPath(name, { fstatat(folder, $0, &facts, AT_SYMLINK_NOFOLLOW) }) == 0 else { continue }
            switch facts.st_mode & S_IFMT {
            case S_IFDIR: folders.append(name)
            case S_IFREG: files.append(File(name: name, stamp: FileStamp(facts)))
            default: continue
            }
        }
        folders.sort { $0.lexicographicallyPrecedes($1) }
        files.sort { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// The first file whose name is one of these, however its letters are written: Windows does not tell them apart.
    func file(named names: [[UInt8]]) -> File? {
        let names = Set(names.map { $0.map(lowercased) })
        return files.first { names.contains($0.name.map(lowercased)) }
    }
}
