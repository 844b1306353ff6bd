import Glibc

/// One end of a control connection: whole lines out, whole lines in, both bounded. Closes its descriptor at the end.
///
/// Used by one thread at a time.
final class LineConnection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// Takes the descriptor over.
    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// How long one read or write may take before it fails; 0 means for ever.
    func setPatience(readSeconds: Int, writeSeconds: Int) {
        var read = timeval(tv_sec: readSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &read, socklen_t(MemoryLayout<timeval>.size))
        var write = timeval(tv_sec: writeSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &write, socklen_t(MemoryLayout<timeval>.size))
    }

    func send(_ line: [UInt8]) throws {
        var done = 0
        while done < line.count {
            // A peer that went away must not end this process by SIGPIPE.
            let count = line.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress?.advanced(by: done), line.count - done, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw StoreServerError(.control, "the other end of the control socket went away: \(Self.errorText()).")
            }
            done += count
        }
    }

    /// The next line without its newline; nil when the peer has ended.
    func receive(limit: Int) throws -> [UInt8]? {
        var searched = 0
        while true {
            if let newline = buffer[searched...].firstIndex(of: 0x0A) {
                defer { buffer.removeFirst(newline + 1) }
                return Array(buffer[..<newline])
            }
            searched = buffer.count
            guard buffer.count <= limit else {
                throw StoreServerError(.control, "a message on the control socket is larger than \(limit) bytes.")
            }
            var piece = [UInt8](repeating: 0, count: 64 << 10)
            let count = recv(descriptor, &piece, piece.count, 0)
            if count < 0 {
                if errno == EINTR { continue }
                throw StoreServerError(.control, "nothing comes from the control socket: \(Self.errorText()).")
            }
            if count == 0 { return nil }
            buffer += piece[..<count]
        }
    }

    private static func errorText() -> String { String(cString: strerror(errno)) }
}
