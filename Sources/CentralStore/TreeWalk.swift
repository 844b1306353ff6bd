import Glibc
import LevelTree

/// Everything below a folder in the order of manifests, one at a time: files, whatever else stands there, and folders
/// with nothing in them (a manifest has none of those).
struct TreeWalk {
    struct Found {
        /// Below the folder that is walked.
        var path: RelativePath
        var status: stat
        /// Where it lies; valid until the next step.
        var folder: TreeFolder
    }

    private struct Level {
        /// In descending order, so that the next one is the last.
        var names: [[UInt8]]
        var isFresh = true
    }

    private var descent: TreeDescent
    private var way: [ArraySlice<UInt8>] = []
    private var levels: [Level]

    init(_ root: TreeFolder) throws {
        descent = TreeDescent(root: root)
        levels = [Level(names: try root.names().reversed())]
    }

    /// The next file or empty folder, or nil at the end. What vanishes meanwhile is left out.
    mutating func next() throws -> Found? {
        while !levels.isEmpty {
            guard let name = levels[levels.count - 1].names.popLast() else {
                let wasEmpty = levels.removeLast().isFresh
                if let left = way.popLast(), wasEmpty, let found = try look(Array(left)) { return found }
                continue
            }
            levels[levels.count - 1].isFresh = false
            guard let found = try look(name) else { continue }
            guard found.status.st_mode & S_IFMT == S_IFDIR else { return found }
            way.append(name[...])
            levels.append(Level(names: try descent.folder(way[...]).names().reversed()))
        }
        return nil
    }

    private mutating func look(_ name: [UInt8]) throws -> Found? {
        let folder = try descent.folder(way[...])
        guard let status = try folder.status(name) else { return nil }
        let path = try RelativePath((way + [name[...]]).joined(separator: [UInt8(ascii: "/")]).map { $0 })
        return Found(path: path, status: status, folder: folder)
    }
}
