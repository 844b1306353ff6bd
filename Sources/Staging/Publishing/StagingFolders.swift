import Glibc
import LevelTree

/// The folders of a staging directory, held open:
///
/// ```
/// <staging>/tree/<year>/<state>/<code>-<id>/…   the LEVEL tree: the current generation of each dataset
///           generations/<sequence>/entries      what a generation holds, see `EntryFormat`
///                                  files        its content: a folder, or for sets taken by reference a symlink;
///                                               while it is current, this lies in the tree instead
///           spool/<frame id>                    bodies of frames on their way
///           state/                              database, lock, token, keys
/// ```
/// All on one filesystem: publishing renames between them.
struct StagingFolders: Sendable {
    /// Absolute, without a slash at its end.
    let path: String
    let root: Descriptor
    let tree: Descriptor
    let generations: Descriptor
    let spool: Descriptor
    let state: Descriptor

    static let folderMode: mode_t = 0o750

    /// Makes what is missing.
    /// - Throws: `StagingError`, `.unusable` if `path` is not absolute or not a folder.
    init(at path: String) throws {
        guard path.hasPrefix("/") else {
            throw StagingError(
                .unusable, "the staging directory \(path) is not an absolute path; set [staging] directory")
        }
        self.path = StagingFolders.withoutSlash(path)
        root = try StagingFolders.making(self.path)
        tree = try StagingFolders.making("tree", in: root, mode: StagingFolders.folderMode, path: self.path)
        generations = try StagingFolders.making("generations", in: root, mode: 0o700, path: self.path)
        spool = try StagingFolders.making("spool", in: root, mode: 0o700, path: self.path)
        state = try StagingFolders.making("state", in: root, mode: 0o700, path: self.path)
    }

    /// Makes nothing.
    /// - Throws: `StagingError`, `.unusable` if it is not a staging directory.
    init(lookingAt path: String) throws {
        let path = StagingFolders.withoutSlash(path)
        guard let root = Descriptor.opening(CName(path), O_RDONLY | O_DIRECTORY) else {
            throw StagingError.failing(to: "open the staging directory \(path)")
        }
        func open(_ name: CName) throws -> Descriptor {
            guard let folder = Descriptor.openingFolder(name, in: root.number) else {
                guard errno == ENOENT else { throw StagingError.failing(to: "look into the staging directory \(path)") }
                throw StagingError(.unusable, "\(path) is not a staging directory, or not a whole one")
            }
            return folder
        }
        self.path = path
        self.root = root
        tree = try open("tree")
        generations = try open("generations")
        spool = try open("spool")
        state = try open("state")
    }

    private static func withoutSlash(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// Makes the staging directory and the folders above it. A symlink to it is followed: an administrator may have put
    /// it on another disk.
    private static func making(_ path: String) throws -> Descriptor {
        var position = path.utf8.startIndex
        while let slash = path.utf8[position...].dropFirst().firstIndex(of: UInt8(ascii: "/")) {
            position = slash
            guard mkdir(String(path[..<slash]), 0o755) == 0 || errno == EEXIST else {
                throw StagingError.failing(to: "make the folder \(path[..<slash])")
            }
        }
        guard mkdir(path, folderMode) == 0 || errno == EEXIST else {
            throw StagingError.failing(to: "make the staging directory \(path)")
        }
        guard let folder = Descriptor.opening(CName(path), O_RDONLY | O_DIRECTORY) else {
            if errno == ENOTDIR {
                throw StagingError(.unusable, "the staging directory \(path) is not a folder; set [staging] directory")
            }
            throw StagingError.failing(to: "open the staging directory \(path)")
        }
        return folder
    }

    private static func making(
        _ name: CName, in root: Descriptor, mode: mode_t, path: String
    ) throws -> Descriptor {
        guard name.withPointer({ mkdirat(root.number, $0, mode) }) == 0 || errno == EEXIST,
            let folder = Descriptor.openingFolder(name, in: root.number)
        else { throw StagingError.failing(to: "make the folders of the staging directory \(path)") }
        return folder
    }

    /// The folder of a generation; nil if there is none.
    func generation(_ sequence: UInt64) -> Descriptor? {
        Descriptor.openingFolder(CName(String(sequence)), in: generations.number)
    }

    func makeGeneration(_ sequence: UInt64) throws -> Descriptor {
        let name = CName(String(sequence))
        guard name.withPointer({ mkdirat(generations.number, $0, 0o700) }) == 0 || errno == EEXIST,
            let folder = Descriptor.openingFolder(name, in: generations.number)
        else { throw StagingError.failing(to: "make the folder of generation \(sequence) in \(path)/generations") }
        return folder
    }

    /// The folder of the tree that holds `path`, made if it is missing, and the name in it.
    func makeTreeParent(of path: [UInt8]) throws -> (folder: Descriptor, name: CName) {
        var folder = tree
        var components = path.split(separator: UInt8(ascii: "/"))
        guard let name = components.popLast() else {
            throw StagingError(.unusable, "a dataset has no place in the tree")
        }
        for component in components {
            let component = CName(component)
            guard
                component.withPointer({ mkdirat(folder.number, $0, StagingFolders.folderMode) }) == 0
                    || errno == EEXIST,
                let next = Descriptor.openingFolder(component, in: folder.number)
            else { throw StagingError.failing(to: "make the folder of \(escapedText(path)) in \(self.path)/tree") }
            folder = next
        }
        return (folder, CName(name))
    }

    /// Removes the folders above `path` in the tree that are empty now.
    func removeEmptyTreeParents(of path: [UInt8]) {
        var parent = path
        while let slash = parent.lastIndex(of: UInt8(ascii: "/")) {
            parent.removeSubrange(slash...)
            let result = CName(parent).withPointer { unlinkat(tree.number, $0, AT_REMOVEDIR) }
            guard result == 0 || errno == ENOENT else { return }
        }
    }

    /// Makes all that was written durable.
    func sync() throws {
        guard syncAll(root) else { throw StagingError.failing(to: "make \(path) durable") }
    }
}
