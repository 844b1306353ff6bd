import CLinux
import Glibc

/// Where a running service takes commands: `control.sock` in its data directory, however deep that lies.
struct ControlAddress: ~Copyable {
    private let folder: Int32
    private let name: String

    /// - Parameter suffix: after the socket's usual name, for one that is not ready to be found.
    init(_ directory: DataDirectory, suffix: String = "") throws {
        folder = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw PrivateFile.trouble("open the folder", directory.path, errno) }
        name = "control.sock" + suffix
    }

    deinit { close(folder) }

    static func makeSocket() throws -> Int32 {
        let descriptor = clinux_unix_socket()
        guard descriptor >= 0 else { throw PrivateFile.trouble("make a socket for", "control.sock", errno) }
        return descriptor
    }

    /// - Returns: false, with errno set, where that failed.
    borrowing func bind(_ socket: Int32) -> Bool { clinux_bind_in(folder, name, socket) == 0 }
    borrowing func connect(_ socket: Int32) -> Bool { clinux_connect_in(folder, name, socket) == 0 }
}
