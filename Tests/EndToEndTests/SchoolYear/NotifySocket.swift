import Foundation

/// What a service tells systemd of itself (sd_notify(3)), heard in systemd's place.
final class NotifySocket {
    let path: String
    private let descriptor: Int32

    init(in workspace: Workspace) throws {
        path = workspace.path("notify")
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw ChildProcess.Unexpected(description: "no socket at \(path)") }
    }

    deinit { close(descriptor) }

    /// The next sentence that `systemctl status` would show; nil after so many seconds without one.
    func status(within seconds: Double = 120) -> String? {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while true {
            let left = deadline.timeIntervalSinceNow
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, Int32(max(left, 0) * 1000)) > 0 else { return nil }
            if let status = take() { return status }
        }
    }

    /// Forgets what was said up to now.
    func drain() { while status(within: 0) != nil {} }

    private func take() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        guard count > 0 else { return nil }
        let text = String(decoding: buffer[..<count], as: UTF8.self)
        return text.hasPrefix("STATUS=") ? String(text.dropFirst("STATUS=".count)) : nil
    }
}
