import Glibc

/// Files that only the store's own user may read, written whole or not at all.
enum PrivateFile {
    /// Writes `bytes` under `path` with `mode`, over a temporary name in the same folder.
    ///
    /// When it returns, content and name survive a power cut (file and folder are fsynced). An existing file is replaced.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) throws {
        let temporary = path + ".new"
        _ = unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0 else { throw trouble("create", temporary, errno) }
        do {
            defer { close(file) }
            // The umask may have taken bits away.
            guard fchmod(file, mode) == 0 else { throw trouble("set the permissions of", temporary, errno) }
            try writeAll(bytes, to: file, named: temporary)
            guard fsync(file) == 0 else { throw trouble("make durable", temporary, errno) }
        }
        guard rename(temporary, path) == 0 else { throw trouble("put in place", path, errno) }
        try syncFolder(of: path)
    }

    /// Reads a small file, `limit` bytes at most.
    static func read(_ path: String, limit: Int = 1 << 20) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw trouble("read", path, errno) }
        defer { close(file) }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(file, &piece, piece.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw trouble("read", path, errno)
            }
            if count == 0 { return content }
            content += piece[..<count]
            guard content.count <= limit else {
                throw StoreServerError(
                    .fileTrouble, "\(path) is larger than \(limit) bytes: this cannot be the right file.")
            }
        }
    }

    /// Makes a folder unless it is there, with exactly `mode`, and makes its name durable.
    static func makeFolder(_ path: String, mode: mode_t) throws {
        if mkdir(path, mode) == 0 {
            guard chmod(path, mode) == 0 else { throw trouble("set the permissions of", path, errno) }
            try syncFolder(of: path)
        } else if errno != EEXIST {
            throw trouble("create the folder", path, errno)
        }
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    static func syncFolder(of path: String) throws {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw trouble("open the folder", folder, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw trouble("make durable the folder", folder, errno) }
    }

    static func trouble(_ verb: String, _ path: String, _ code: Int32) -> StoreServerError {
        StoreServerError(.fileTrouble, "cannot \(verb) \(path): \(String(cString: strerror(code))).")
    }

    private static func writeAll(_ bytes: [UInt8], to file: Int32, named path: String) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw trouble("write", path, errno)
            }
            done += count
        }
    }
}
