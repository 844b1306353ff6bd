import Glibc
import LevelTree

/// What lies now at the place from which a file was taken by reference.
enum ReferencedFile {
    case there(Descriptor, FileStatus)
    /// Nothing, or no plain file: the folder that it was collected from is there, and can be read down to it.
    case gone
    /// It cannot be told: that folder is not there, as when its disk is not mounted, or something cannot be read.
    case unknown
}

extension SourceOrigin {
    /// Opens a file of a generation component by component, so that no symlink on the way is followed.
    func open(_ path: RelativePath) -> ReferencedFile {
        guard var folder = Descriptor.openingFolder(CName(pathBytes)),
            let device = FileStatus.of(folder.number)?.device
        else { return .unknown }
        var components = path.bytes.dropFirst(prefixBytes.count).split(separator: UInt8(ascii: "/"))
        guard let name = components.popLast() else { return .unknown }
        for component in components {
            guard let next = Descriptor.openingFolder(CName(component), in: folder.number) else {
                return SourceOrigin.meaning(of: errno)
            }
            // What is mounted there hides what it was.
            guard FileStatus.of(next.number)?.device == device else { return .unknown }
            folder = next
        }
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        guard let file = Descriptor.opening(CName(name), in: folder.number, flags) else {
            return SourceOrigin.meaning(of: errno)
        }
        guard let status = FileStatus.of(file.number) else { return .unknown }
        return status.kind == .file ? .there(file, status) : .gone
    }

    private static func meaning(of number: Int32) -> ReferencedFile {
        [ENOENT, ENOTDIR, ELOOP, ENXIO].contains(number) ? .gone : .unknown
    }
}
