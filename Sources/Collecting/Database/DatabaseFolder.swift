import LevelTree

/// What the folder `db` holds: dumps, or the files of a server that may be running on them.
enum DatabaseFolder {
    enum Kind: Hashable, Sendable {
        /// `<database>/<Collection>.bson`, as mongodump writes them.
        case dumps
        /// MongoDB's own files, in use while the server runs: a copy of them is never a whole database.
        case live
        case neither
        case absent
        case unreadable
    }

    private static let liveNames = [
        "WiredTiger", "WiredTiger.wt", "WiredTiger.turtle", "_mdb_catalog.wt", "storage.bson",
    ]

    static func kind(at path: String) -> Kind {
        switch Folder.kind(at: path) {
        case .folder: break
        case .unknown: return .unreadable
        default: return .absent
        }
        guard let names = Folder.names(in: Array(path.utf8)) else { return .unreadable }
        // Live files come first: where both lie in one folder, somebody dumped into the server's own.
        if names.contains(where: isLive) { return .live }
        return names.contains { holdsDump(joined(Array(path.utf8), $0)) } ? .dumps : .neither
    }

    private static func isLive(_ name: [UInt8]) -> Bool {
        liveNames.contains { name.elementsEqual($0.utf8) } || name.suffix(3).elementsEqual(".wt".utf8)
    }

    private static func holdsDump(_ folder: [UInt8]) -> Bool {
        guard Folder.kind(at: folder) == .folder, let names = Folder.names(in: folder) else { return false }
        return names.contains { isDumpFile($0[...]) }
    }

    /// `Nodes.bson` or `Nodes.metadata.json`.
    static func isDumpFile(_ name: ArraySlice<UInt8>) -> Bool {
        [".bson", ".metadata.json"].contains { name.suffix($0.utf8.count).elementsEqual($0.utf8) }
    }
}
