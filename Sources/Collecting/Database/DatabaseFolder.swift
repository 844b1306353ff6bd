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

    /// What is wrong with a file of a dump; see `Gathering.fault`. A cut one has a name and a place like a whole one.
    @Sendable static func fault(path: [UInt8], file: Int32) -> String? {
        guard path.hasSuffix(documents), case .broken(let documents, let offset) = BSONFile.check(file) else {
            return nil
        }
        return BSONFile.cutText(documents, offset)
    }

    /// The documents of collections of which only the metadata lies there, sorted.
    static func missing(in place: SourcePlace) -> [RelativePath] {
        var missing: [RelativePath] = []
        for database in (Folder.names(in: place) ?? []).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            guard let folder = place.appending(database), let names = Folder.names(in: folder).map(Set.init) else {
                continue
            }
            missing += names.filter { $0.hasSuffix(metadata) }
                .map { $0.dropLast(metadata.utf8.count) + Array(documents.utf8) }
                .filter { !names.contains($0) }.sorted { $0.lexicographicallyPrecedes($1) }
                .compactMap { try? RelativePath(database + [UInt8(ascii: "/")] + $0) }
        }
        return missing
    }

    private static let documents = ".bson"
    private static let metadata = ".metadata.json"

    /// `Nodes.bson` or `Nodes.metadata.json`.
    static func isDumpFile(_ name: ArraySlice<UInt8>) -> Bool {
        name.hasSuffix(documents) || name.hasSuffix(metadata)
    }
}

extension Collection<UInt8> where SubSequence: Collection {
    fileprivate func hasSuffix(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
