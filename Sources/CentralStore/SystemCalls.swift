import CLinux
import Glibc
import LevelTree

/// Turns the current `errno` into the error that the store answers with.
/// - Parameter action: completes "… failed": "writing the pack /x/y".
func systemError(_ action: String, _ code: Int32 = errno) -> StoreError {
    let reason = String(cString: strerror(code))
    switch code {
    case ENOSPC, EDQUOT:
        return StoreError(
            .storeFull,
            "the store's disk is full (\(action)); nothing was changed, it goes on when there is space again",
            retryAfterSeconds: 900)
    default: return StoreError(.storage, "\(action) failed: \(reason)")
    }
}

/// An open file, closed when nobody holds it any more.
final class OpenFile: Sendable {
    let descriptor: Int32
    let path: String

    init(_ path: String, flags: Int32, mode: mode_t = 0o600) throws {
        descriptor = clinux_openat(AT_FDCWD, path, flags, mode)
        self.path = path
        if descriptor < 0 { throw systemError("opening \(path)") }
    }

    /// Takes over a descriptor. - Parameter path: for messages.
    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { Glibc.close(descriptor) }

    func length() throws -> UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw systemError("looking at \(path)") }
        return UInt64(status.st_size)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                throw systemError("writing \(path)")
            }
            done += count
        }
    }

    /// Reads into `buffer` until it is full or the file ends.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw systemError("reading \(path)")
            }
            done += count
        }
        return done
    }

    func truncate(to length: UInt64) throws {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw systemError("cutting \(path)") }
    }

    func sync() throws {
        guard fsync(descriptor) == 0 else { throw systemError("making \(path) durable") }
    }
}

/// Makes a folder unless it is there.
func makeFolder(_ path: String, mode: mode_t = 0o700) throws {
    guard mkdir(path, mode) == 0 || errno == EEXIST else { throw systemError("making the folder \(path)") }
}

/// Makes names in a folder durable.
func syncFolder(_ path: String) throws {
    try OpenFile(path, flags: O_RDONLY | O_DIRECTORY).sync()
}

func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// Names in a folder, without `.` and `..`, unsorted; those that are not UTF-8 are left out. For folders of our own.
func names(in folder: String) throws -> [String] {
    guard let stream = opendir(folder) else { throw systemError("listing \(folder)") }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
        guard let name = String(validating: bytes, as: UTF8.self), name != ".", name != ".." else { continue }
        names.append(name)
    }
    return names
}
