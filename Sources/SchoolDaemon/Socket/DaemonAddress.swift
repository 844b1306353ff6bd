import Glibc
import Staging

/// Where the daemon listens: `<staging>/state/daemon.sock`.
///
/// Unix socket names hold 107 bytes at most; staging directories may lie deeper than that. So the socket is named through
/// the descriptor of its folder (`/proc/self/fd/N/daemon.sock`), which always fits.
struct DaemonAddress: ~Copyable {
    /// For messages, and for `unlink(2)`.
    let path: String
    private let folder: Int32
    private let name: String

    /// - Parameter suffix: after the socket's usual name, for one that is not ready to be found.
    /// - Returns: nil, with errno set, where its folder cannot be opened.
    init?(_ files: InstallationFiles, suffix: String = "") {
        let folder = open(files.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return nil }
        self.folder = folder
        name = "daemon.sock" + suffix
        path = "\(files.directory)/\(name)"
    }

    deinit { close(folder) }

    /// - Returns: below 0, with errno set, where there can be none.
    static func makeSocket() -> Int32 {
        socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    }

    /// What `bind(2)` or `connect(2)` wants.
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
