import Glibc

extension CentralStore {
    /// Makes the catalog anew, from the packs alone, in place of the old one. What packs do not tell is forgotten: when
    /// a school was last heard from, and which frames were kept (sent again, they are success again).
    ///
    /// - Parameter progress: told the bytes of packs that were read so far.
    /// - Throws: `StoreError`: `busy` while another process has the store; `damaged` for packs that are not whole, or end
    ///   before what the old catalog has seen of them, and the old catalog stays.
    public static func rebuild(
        at directory: String, limits: StoreLimits = StoreLimits(), progress: (_ bytes: UInt64) -> Void = { _ in }
    ) throws {
        let paths = StorePaths(data: directory)
        guard exists(paths.packs) else { throw StoreError(.notFound, "there is no store in \(directory)") }
        let lock = try DataLock(paths.lock)
        defer { lock.release() }
        let reached = (try? Catalog(reading: paths.catalog)).flatMap { old in
            defer { try? old.close() }
            return try? old.position()
        }
        removeCatalog(paths.newCatalog)
        let catalog = try Catalog(path: paths.newCatalog)
        _ = try recover(
            PackFiles(folder: paths.packs), PackDirectory(), catalog, packBytes: limits.packBytes, progress: progress)
        // Without this, damage in the last pack would pass for a torn tail, and what stands behind it be forgotten.
        if let reached, case let found = try catalog.position(), found < reached {
            throw StoreError(
                .damaged,
                "the packs are whole up to \(found) only, but were so up to \(reached); the catalog stays as it was: run "
                    + "clix-store verify --all, or put the pack back from a copy of the packs folder")
        }
        try catalog.closeWhole()
        // Empty by now, and nobody's once the main file has its name.
        for suffix in Catalog.sideFiles { unlink(paths.newCatalog + suffix) }
        // Without a main file the next opening starts from the packs, so every moment of this is safe to stop at. The
        // old one goes before its side files, which would otherwise be taken for the new one's.
        unlink(paths.catalog)
        removeCatalog(paths.catalog)
        guard rename(paths.newCatalog, paths.catalog) == 0 else { throw systemError("renaming \(paths.newCatalog)") }
        try syncFolder(directory)
    }

    static func removeCatalog(_ path: String) {
        for suffix in [""] + Catalog.sideFiles { unlink(path + suffix) }
    }
}

extension Catalog {
    /// What SQLite keeps beside the main file, by the ends of their names.
    static let sideFiles = ["-wal", "-shm"]

    /// Closes it with everything in its main file.
    func closeWhole() throws {
        try Catalog.translated {
            _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            try pool.close()
        }
    }
}
