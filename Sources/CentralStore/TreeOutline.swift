import Glibc
import LevelTree

/// What may stand in the tree down to the datasets, and what stands there beside it. Consumers take every folder whose
/// name begins like an item's, so a foreign name is a mistake wherever it is.
struct TreeOutline {
    private var items: [RelativePath: Bool] = [:]
    private var ways: Set<RelativePath> = []

    init(_ snapshots: [SnapshotRecord]) throws {
        for snapshot in snapshots {
            let place = try TreePlace(snapshot)
            for path in try place.paths { items[path] = place.isFolder }
            var way: RelativePath? = place.parent
            while let current = way, ways.insert(current).inserted { way = current.parent }
        }
    }

    /// The paths of what does not belong; what lies inside them is not listed.
    func strays(in tree: TreeFolder) throws -> [RelativePath] {
        var strays: [RelativePath] = []
        try look(into: tree, at: nil, &strays)
        return strays
    }

    private func look(into folder: TreeFolder, at path: RelativePath?, _ strays: inout [RelativePath]) throws {
        for name in try folder.names() {
            let path = try path?.appending(component: name) ?? RelativePath(component: name)
            guard let status = try folder.status(name) else { continue }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            if ways.contains(path), isFolder {
                if let inner = try folder.existingFolder(name) { try look(into: inner, at: path, &strays) }
            } else if items[path] != isFolder {
                strays.append(path)
            }
        }
    }
}
