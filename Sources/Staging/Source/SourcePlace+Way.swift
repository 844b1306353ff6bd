import CLinux
import Glibc
import LevelTree

extension SourcePlace {
    /// What a collector looks for.
    public enum Expected: Sendable { case folder, file }

    /// Looks whether what lies here is of that kind; opens nothing.
    /// - Throws: `SourceProblem`, which says what is there instead.
    public func check(for expected: Expected) throws(SourceProblem) {
        let status = try status()
        switch (status.kind, expected) {
        case (.folder, .folder), (.file, .file): return
        default: throw SourceProblem(.misplaced(status.kind.noun), path, expected)
        }
    }

    /// Opens what lies here; the caller closes the descriptor. A FIFO's writer is not waited for.
    /// - Throws: `SourceProblem`.
    public func openDescriptor(_ expected: Expected) throws(SourceProblem) -> Int32 {
        let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | (expected == .folder ? O_DIRECTORY : 0)
        guard let step = try lastStep() else {
            let number = CName(root).withPointer { clinux_openat(AT_FDCWD, $0, flags, 0) }
            guard number >= 0 else { throw rootProblem(errno, expected) }
            return number
        }
        let number = step.name.withPointer { clinux_openat(step.folder.number, $0, flags | O_NOFOLLOW, 0) }
        guard number >= 0 else { throw SourcePlace.problem(errno, step.name, in: step.folder, path, expected) }
        return number
    }

    func open(_ expected: Expected) throws(SourceProblem) -> Descriptor {
        Descriptor(try openDescriptor(expected))
    }

    /// Of what lies here; the root's is that of what it leads to.
    /// - Throws: `SourceProblem`, also if it is a symlink.
    func status() throws(SourceProblem) -> FileStatus {
        guard let step = try lastStep() else {
            var status = stat()
            guard CName(root).withPointer({ stat($0, &status) }) == 0 else { throw rootProblem(errno, .folder) }
            return FileStatus(status)
        }
        guard let status = FileStatus.of(step.name, in: step.folder.number) else {
            throw SourcePlace.problem(errno, step.name, in: step.folder, path, .file)
        }
        guard status.kind != .symlink else { throw SourceProblem(.link, path) }
        return status
    }

    /// Goes down from the root folder by folder, so that nothing which is exchanged on the way meanwhile leads elsewhere.
    /// Kernels before 5.6, as the schools' are, have no openat2(2), which would do it in one call.
    /// - Returns: the folder that holds this, and its name there; nil for the root.
    private func lastStep() throws(SourceProblem) -> (folder: Descriptor, name: CName)? {
        guard let components = below?.components, let last = components.last else { return nil }
        let start = CName(root).withPointer { clinux_open_way(AT_FDCWD, $0, 1) }
        guard start >= 0 else { throw rootProblem(errno, .folder) }
        var folder = Descriptor(start)
        var reached = root == [UInt8(ascii: "/")] ? [] : root
        for component in components.dropLast() {
            let name = CName(component)
            reached += [UInt8(ascii: "/")] + component
            let next = name.withPointer { clinux_open_way(folder.number, $0, 0) }
            guard next >= 0 else { throw SourcePlace.problem(errno, name, in: folder, reached, .folder) }
            folder = Descriptor(next)
        }
        return (folder, CName(last))
    }

    private func rootProblem(_ number: Int32, _ expected: Expected) -> SourceProblem {
        let isLink = FileStatus.of(CName(root))?.kind == .symlink
        if number == ELOOP || number == ENOENT && isLink { return SourceProblem(.brokenRoot, root) }
        var status = stat()
        guard number == ENOTDIR, CName(root).withPointer({ stat($0, &status) }) == 0 else {
            return SourceProblem(number, root)
        }
        return SourceProblem(.misplaced(FileStatus(status).kind.noun), root, expected)
    }

    /// Why the name could not be opened, judged by a second look; only the sentence depends on it.
    private static func problem(
        _ number: Int32, _ name: CName, in folder: Descriptor, _ path: [UInt8], _ expected: Expected
    ) -> SourceProblem {
        guard [ENOTDIR, ELOOP, ENXIO].contains(number), let status = FileStatus.of(name, in: folder.number) else {
            return SourceProblem(number, path)
        }
        return status.kind == .symlink
            ? SourceProblem(.link, path) : SourceProblem(.misplaced(status.kind.noun), path, expected)
    }
}

extension FileStatus.Kind {
    /// As it stands in a sentence.
    fileprivate var noun: String {
        switch self {
        case .file: "a file"
        case .folder: "a folder"
        case .symlink: "a symbolic link"
        case .socket: "a socket"
        case .fifo: "a FIFO"
        case .device: "a device"
        }
    }
}
