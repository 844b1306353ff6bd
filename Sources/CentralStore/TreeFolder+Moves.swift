import CLinux
import Glibc

/// Names that change hands. Each is one step: whoever looks sees the state before or the state after.
extension TreeFolder {
    /// Swaps what stands under two names (`RENAME_EXCHANGE`).
    func exchange(_ name: some Collection<UInt8>, with other: some Collection<UInt8>, in folder: TreeFolder) throws {
        let result = withFileName(name) { first in
            withFileName(other) { second in clinux_exchange(descriptor, first, folder.descriptor, second) }
        }
        guard result == 0 else { throw TreeFault.error("swap \(place(of: name)) with", folder.place(of: other)) }
    }

    /// Moves something to a name that is free.
    /// - Returns: false if the name is taken.
    func moveNew(_ name: some Collection<UInt8>, to other: some Collection<UInt8>, in folder: TreeFolder) throws -> Bool
    {
        let result = withFileName(name) { first in
            withFileName(other) { second in clinux_rename_new(descriptor, first, folder.descriptor, second) }
        }
        if result != 0, errno == EEXIST { return false }
        guard result == 0 else { throw TreeFault.error("move \(place(of: name)) to", folder.place(of: other)) }
        return true
    }

    /// Moves a file over whatever file has the name.
    func move(_ name: some Collection<UInt8>, over other: some Collection<UInt8>, in folder: TreeFolder) throws {
        let result = withFileName(name) { first in
            withFileName(other) { second in renameat(descriptor, first, folder.descriptor, second) }
        }
        guard result == 0 else { throw TreeFault.error("move \(place(of: name)) to", folder.place(of: other)) }
    }

    /// Gives a file a second name.
    /// - Returns: 0, or the error number; which of them are failures is for the caller to say.
    func link(_ name: some Collection<UInt8>, to other: some Collection<UInt8>, in folder: TreeFolder) -> Int32 {
        let result = withFileName(name) { first in
            withFileName(other) { second in linkat(descriptor, first, folder.descriptor, second, 0) }
        }
        return result == 0 ? 0 : errno
    }

    /// Removes a file's name; that it is gone already is no error.
    func unlink(_ name: some Collection<UInt8>) throws {
        guard withFileName(name, { unlinkat(descriptor, $0, 0) }) == 0 || errno == ENOENT else {
            throw TreeFault.error("remove", place(of: name))
        }
    }

    /// Removes an empty folder.
    /// - Returns: whether it is gone now; false if something is in it.
    func removeEmptyFolder(_ name: some Collection<UInt8>) throws -> Bool {
        if withFileName(name, { unlinkat(descriptor, $0, AT_REMOVEDIR) }) == 0 || errno == ENOENT { return true }
        guard errno == ENOTEMPTY || errno == EEXIST else { throw TreeFault.error("remove the folder", place(of: name)) }
        return false
    }
}
