import CSystemd
import Glibc

/// Sockets that systemd listens on for this service, and hands over when it starts it: sd_listen_fds(3),
/// systemd.socket(5).
public enum PassedSockets {
    /// Their descriptors; none where systemd passed none. Whatever is not a listening stream socket is not ours to use.
    ///
    /// Call it once, while there is one thread: the variables that tell of them are taken out of the environment, so
    /// that no program that we run takes them for its own. They are closed in such programs.
    public static func take() -> [CInt] {
        let count = sd_listen_fds(1)
        guard count > 0 else { return [] }
        let first = CInt(SD_LISTEN_FDS_START)
        return (first..<first + count).filter { sd_is_socket($0, AF_UNSPEC, CInt(SOCK_STREAM.rawValue), 1) > 0 }
    }
}
