import Glibc

/// Removes whole folders, however deep a school made them, with few open files.
extension TreeFolder {
    /// Deeper folders are first moved up, so that neither open files nor the stack grow with the depth.
    private static let depthLimit = 32

    /// Removes a file, a link or a folder with everything in it. Symbolic links are removed, not followed.
    func removeAll(_ name: some Collection<UInt8>) throws {
        if withFileName(name, { unlinkat(descriptor, $0, 0) }) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else { throw TreeFault.error("remove", place(of: name)) }
        guard let top = try existingFolder(name) else { return }
        var moved = 0
        repeat {
            try top.empty(under: top, depth: 0, &moved)
            // What was moved up meanwhile is still there.
        } while try !removeEmptyFolder(name)
    }

    private func empty(under top: TreeFolder, depth: Int, _ moved: inout Int) throws {
        for name in try names() {
            if withFileName(name, { unlinkat(descriptor, $0, 0) }) == 0 || errno == ENOENT { continue }
            guard errno == EISDIR || errno == EPERM else { throw TreeFault.error("remove", place(of: name)) }
            if depth >= Self.depthLimit {
                try moveUp(name, to: top, &moved)
            } else {
                try existingFolder(name)?.empty(under: top, depth: depth + 1, &moved)
                _ = try removeEmptyFolder(name)
            }
        }
    }

    private func moveUp(_ name: [UInt8], to top: TreeFolder, _ moved: inout Int) throws {
        repeat { moved += 1 } while try !moveNew(name, to: Array("deep-\(moved)".utf8), in: top)
    }
}
