import Content
import Glibc
import LevelTree

/// Writes files below one folder, each of them whole or not at all.
struct CheckoutWriter {
    /// Where a file is written before it gets its name. The top of a LEVEL tree holds only years, so no school's path
    /// can be this one.
    private static let temporary = Array(".clix-checkout".utf8)

    private let root: TreeFolder
    private var descent: TreeDescent

    /// - Parameter folder: must be empty, or absent with its parent there.
    init(folder path: String) throws {
        if mkdir(path, 0o777) != 0, errno != EEXIST {
            throw TreeFault.error("make the folder", escapedText(path.utf8))
        }
        root = try TreeFolder(path: path)
        guard try root.names().isEmpty else {
            throw StoreError(
                .unusable,
                "\(root.place) is not empty; a checkout goes into an empty or a new folder, so that nothing is mixed up"
            )
        }
        descent = TreeDescent(root: root) { try $0.folder($1, making: 0o777) }
    }

    /// - Parameter progress: gets the bytes of each chunk that was written.
    mutating func write(
        _ entry: ManifestEntry, to path: RelativePath, from source: some SnapshotSource,
        progress: (UInt64) -> Void
    ) throws {
        let parent = try descent.parent(of: path)
        try root.unlink(Self.temporary)
        let file = try root.create(Self.temporary)
        do {
            try fill(file, entry, path, from: source, progress)
            guard try root.moveNew(Self.temporary, to: path.lastComponent, in: parent) else {
                throw TreeFault.error("write", place(path), EEXIST)
            }
        } catch {
            try? root.unlink(Self.temporary)
            throw error
        }
    }

    /// Closes the file in any case: some filesystems say only then that it did not fit.
    private func fill(
        _ file: Int32, _ entry: ManifestEntry, _ path: RelativePath, from source: some SnapshotSource,
        _ progress: (UInt64) -> Void
    ) throws {
        do {
            try TreeContent.write(entry, from: source, to: file, place: place(path), progress: progress)
            guard fchmod(file, mode_t(entry.mode)) == 0 else { throw TreeFault.error("set the mode of", place(path)) }
        } catch {
            close(file)
            throw error
        }
        guard close(file) == 0 else { throw TreeFault.error("write", place(path)) }
    }

    private func place(_ path: RelativePath) -> String { "\(root.place)/\(path)" }
}
