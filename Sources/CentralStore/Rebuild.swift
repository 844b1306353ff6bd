import Glibc

extension CentralStore {
    /// Makes the catalog anew, from the packs alone, in place of the old one. What packs do not tell is forgotten: when
    /// a school was last heard from, its last report, and which frames were kept (sent again, they are success again).
    ///
    /// - Parameter progress: told the bytes of packs that were read so far.
    /// - Throws: `StoreError`: `busy` while another process has the store; `damaged`, and the old catalog stays.
    public static func rebuild(
        at directory: String, limits: StoreLimits = StoreLimits(), progress: (_ bytes: UInt64) -> Void = { _ in }
    ) throws {
        let paths = StorePaths(data: directory)
        guard exists(paths.packs) else { throw StoreError(.notFound, "there is no store in \(directory)") }
        let lock = try DataLock(paths.lock)
        defer { lock.release() }
        removeCatalog(paths.newCatalog)
        let catalog = try Catalog(path: paths.newCatalog)
        _ = try recover(
            PackFiles(folder: paths.packs), PackDirectory(), catalog, packBytes: limits.packBytes, progress: progress)
        try catalog.closeWhole()
        // Without a main file the next opening starts from the packs, so every moment of this is safe to stop at. The
        // old one goes before its side files, which would otherwise be taken for the new one's.
        unlink(paths.catalog)
        removeCatalog(paths.catalog)
        guard rename(paths.newCatalog, paths.catalog) == 0 else { throw systemError("renaming \(paths.newCatalog)") }
        try syncFolder(directory)
    }

    static func removeCatalog(_ path: String) {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
    }
}

extension Catalog {
    /// Closes it with everything in its main file.
    func closeWhole() throws {
        try Catalog.translated {
            _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            try pool.close()
        }
    }
}
