import Glibc

/// Unix socket names hold 107 bytes at most; data directories may lie deeper than that. So the socket is named through
/// the descriptor of its folder (`/proc/self/fd/N/control.sock`), which always fits.
struct ControlAddress: ~Copyable {
    private let folder: Int32
    private let name: String
    let directory: DataDirectory

    /// - Parameter suffix: after the socket's usual name, for one that is not ready to be found.
    init(_ directory: DataDirectory, suffix: String = "") throws {
        folder = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw PrivateFile.trouble("open the folder", directory.path, errno) }
        name = "control.sock" + suffix
        self.directory = directory
    }

    deinit { close(folder) }

    static func makeSocket() throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw PrivateFile.trouble("make a socket for", "control.sock", errno) }
        return descriptor
    }

    borrowing func withAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array("/proc/self/fd/\(folder)/\(name)".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
