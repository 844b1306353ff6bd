import Glibc
import Staging

/// Small acts on folders, with raw path bytes.
enum Folder {
    enum Kind: Hashable, Sendable { case absent, folder, file, link, other, unknown(errno: Int32) }

    /// What lies at `path`; a symbolic link there is not followed.
    static func kind(at path: [UInt8]) -> Kind {
        var facts = stat()
        guard withCPath(path, { lstat($0, &facts) }) == 0 else {
            return errno == ENOENT || errno == ENOTDIR ? .absent : .unknown(errno: errno)
        }
        switch facts.st_mode & S_IFMT {
        case S_IFDIR: return .folder
        case S_IFREG: return .file
        case S_IFLNK: return .link
        default: return .other
        }
    }

    static func kind(at path: String) -> Kind { kind(at: Array(path.utf8)) }

    /// The names in a folder without `.` and `..`, at most `limit` of them, unsorted; nil if it cannot be listed.
    static func names(in path: [UInt8], limit: Int = 100_000) -> [[UInt8]]? {
        withCPath(path) { opendir($0) }.map { names(in: $0, limit: limit) }
    }

    /// The same of a folder of a source.
    static func names(in place: SourcePlace, limit: Int = 100_000) -> [[UInt8]]? {
        guard let descriptor = try? place.openDescriptor(.folder) else { return nil }
        guard let folder = fdopendir(descriptor) else {
            close(descriptor)
            return nil
        }
        return names(in: folder, limit: limit)
    }

    private static func names(in folder: OpaquePointer, limit: Int) -> [[UInt8]] {
        defer { closedir(folder) }
        var names: [[UInt8]] = []
        while names.count < limit, let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [0x2e], name != [0x2e, 0x2e] { names.append(name) }
        }
        return names
    }

    /// The path with every link resolved; nil if it leads nowhere.
    static func resolved(_ path: [UInt8]) -> [UInt8]? {
        guard let resolved = withCPath(path, { realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        return Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
    }
}

func joined(_ folder: [UInt8], _ name: [UInt8]) -> [UInt8] { folder + [UInt8(ascii: "/")] + name }
func joined(_ folder: [UInt8], _ name: String) -> [UInt8] { joined(folder, Array(name.utf8)) }
