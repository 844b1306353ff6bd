import Glibc
import LevelTree

/// The way from a folder to where the next path of a sorted list lies. Folders on the way are opened once and stay open
/// while the list is inside them; of very deep ways only the last part stays open.
struct TreeDescent {
    private static let openLimit = 48

    private struct Level {
        var name: ArraySlice<UInt8>
        var folder: TreeFolder?
    }

    let root: TreeFolder
    private let enter: (TreeFolder, ArraySlice<UInt8>) throws -> TreeFolder
    private var levels: [Level] = []

    /// - Parameter enter: opens, or makes and opens, a folder in its parent.
    init(
        root: TreeFolder,
        enter: @escaping (TreeFolder, ArraySlice<UInt8>) throws -> TreeFolder = { try $0.folder($1) }
    ) {
        self.root = root
        self.enter = enter
    }

    /// The folder that holds the file at this path.
    mutating func parent(of path: RelativePath) throws -> TreeFolder {
        try folder(path.components.dropLast())
    }

    /// The folder at the end of these names; the root for none.
    mutating func folder(_ names: ArraySlice<ArraySlice<UInt8>>) throws -> TreeFolder {
        var shared = 0
        while shared < levels.count, shared < names.count, levels[shared].name == names[names.startIndex + shared] {
            shared += 1
        }
        levels.removeLast(levels.count - shared)
        if let last = levels.last, last.folder == nil { try reopen() }
        for name in names.dropFirst(shared) { try descend(name) }
        return levels.last?.folder ?? root
    }

    private mutating func descend(_ name: ArraySlice<UInt8>) throws {
        let folder = try enter(levels.last?.folder ?? root, name)
        levels.append(Level(name: name, folder: folder))
        if levels.count > Self.openLimit { levels[levels.count - Self.openLimit - 1].folder = nil }
    }

    /// Comes back to a level that was closed, from the root.
    private mutating func reopen() throws {
        let names = levels.map(\.name)
        levels.removeAll()
        for name in names {
            let folder = try (levels.last?.folder ?? root).folder(name)
            levels.append(Level(name: name, folder: folder))
            if levels.count > Self.openLimit { levels[levels.count - Self.openLimit - 1].folder = nil }
        }
    }
}
