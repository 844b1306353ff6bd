import Glibc

/// Removes trees that staging made, and counts what that frees.
enum FolderRemoval {
    /// What a file takes on the disk: whole blocks of 4 KiB. The same rule counts what is added and what is freed.
    static func footprint(_ size: UInt64) -> UInt64 { (size + 4095) & ~4095 }
    static let folderFootprint: UInt64 = 4096

    /// Removes `name` with all that is in it; a symlink itself, never what it names. Nothing there is success.
    ///
    /// - Returns: the bytes freed: what still has another hard link frees nothing.
    @discardableResult
    static func remove(_ name: CName, in folder: Int32) throws -> UInt64 {
        guard let status = FileStatus.of(name, in: folder) else {
            if errno == ENOENT { return 0 }
            throw StagingError.failing(to: "look at what is to be removed from staging")
        }
        guard status.kind == .folder else {
            guard name.withPointer({ unlinkat(folder, $0, 0) }) == 0 || errno == ENOENT else {
                throw StagingError.failing(to: "remove a file from staging")
            }
            return status.links > 1 ? 0 : footprint(status.size)
        }
        guard let inside = Descriptor.openingFolder(name, in: folder) else {
            throw StagingError.failing(to: "open a folder that is to be removed from staging")
        }
        var freed = folderFootprint
        var listing = FolderListing()
        guard listing.read(inside.number) else {
            throw StagingError.failing(to: "list a folder that is to be removed from staging")
        }
        for index in 0..<listing.count { freed += try remove(CName(listing.name(index)), in: inside.number) }
        guard name.withPointer({ unlinkat(folder, $0, AT_REMOVEDIR) }) == 0 || errno == ENOENT else {
            throw StagingError.failing(to: "remove a folder from staging")
        }
        return freed
    }

    /// What removing it would free, as `remove` counts it.
    static func freed(byRemoving name: CName, in folder: Int32) throws -> UInt64 {
        guard let status = FileStatus.of(name, in: folder) else {
            if errno == ENOENT { return 0 }
            throw StagingError.failing(to: "look at what may be removed from staging")
        }
        guard status.kind == .folder else { return status.links > 1 ? 0 : footprint(status.size) }
        var listing = FolderListing()
        guard let inside = Descriptor.openingFolder(name, in: folder), listing.read(inside.number) else {
            // Removed by a receipt in between.
            if errno == ENOENT { return 0 }
            throw StagingError.failing(to: "list a folder that may be removed from staging")
        }
        var freed = folderFootprint
        for index in 0..<listing.count {
            freed += try Self.freed(byRemoving: CName(listing.name(index)), in: inside.number)
        }
        return freed
    }
}
