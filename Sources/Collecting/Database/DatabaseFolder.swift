import LevelTree
import Staging

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

    static func kind(at place: SourcePlace) -> Kind {
        do throws(SourceProblem) {
            try place.check(for: .folder)
        } catch {
            if case .unreadable = error.kind { return .unreadable }
            return .absent
        }
        guard let names = Folder.names(in: place) else { return .unreadable }
        // Live files come first: where both lie in one folder, somebody dumped into the server's own.
        if names.contains(where: isLive) { return .live }
        return names.contains { holdsDump($0, in: place) } ? .dumps : .neither
    }

    /// The first database, in no order, that a symlink stands for.
    static func firstLink(in place: SourcePlace) -> SourceProblem? {
        for name in Folder.names(in: place) ?? [] {
            do throws(SourceProblem) {
                try place.appending(name)?.check(for: .folder)
            } catch {
                if error.kind == .link { return error }
            }
        }
        return nil
    }

    private static func isLive(_ name: [UInt8]) -> Bool {
        liveNames.contains { name.elementsEqual($0.utf8) } || name.suffix(3).elementsEqual(".wt".utf8)
    }

    private static func holdsDump(_ name: [UInt8], in place: SourcePlace) -> Bool {
        guard let folder = place.appending(name), let names = Folder.names(in: folder) else { return false }
        return names.contains { isDumpFile($0[...]) }
    }

    /// `Nodes.bson` or `Nodes.metadata.json`.
    static func isDumpFile(_ name: ArraySlice<UInt8>) -> Bool {
        [".bson", ".metadata.json"].contains { name.suffix($0.utf8.count).elementsEqual($0.utf8) }
    }
}
