import CLinux
import Glibc
import Staging

/// Where the daemon listens: `<staging>/state/daemon.sock`, however deep that lies.
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

    /// - Returns: false, with errno set, where that failed.
    borrowing func bind(_ socket: Int32) -> Bool { clinux_bind_in(folder, name, socket) == 0 }
    borrowing func connect(_ socket: Int32) -> Bool { clinux_connect_in(folder, name, socket) == 0 }
}
