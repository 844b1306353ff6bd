import CLinux
import Glibc
import Staging
import Terminal
import Wire

/// A command's end of the daemon's socket.
public struct DaemonCall: ~Copyable {
    private let descriptor: Int32
    private var received: [UInt8] = []
    private var searched = 0

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Nil where no daemon listens: there is none, or it is one that power took.
    /// - Throws: `DaemonProblem` where there is one that this user may not ask.
    public static func begin(_ files: InstallationFiles) throws -> DaemonCall? {
        // Who may not look into the state directory will hear so from what it does there next.
        guard let address = DaemonAddress(files) else { return nil }
        let descriptor = clinux_unix_socket()
        guard descriptor >= 0 else { return nil }
        if address.connect(descriptor) { return DaemonCall(descriptor) }
        let number = errno
        close(descriptor)
        switch number {
        case ENOENT, ECONNREFUSED: return nil
        case EACCES, EPERM:
            throw DaemonProblem(
                "the running service takes requests from root and its own user only; run this as one of them", .io)
        default:
            throw DaemonProblem(
                "the running service cannot be asked at \(address.path): \(String(cString: strerror(number)))", .io)
        }
    }

    /// Has it done; returns when it is, with what the command ends with.
    /// - Throws: `DaemonProblem` if the daemon goes away before; what `audience` throws.
    public consuming func ask(
        _ request: SchoolRequest, isVerbose: Bool, telling audience: any Audience
    ) throws -> ExitStatus {
        // One that refuses does not read, but says why.
        send(try SocketMessage.line(SocketMessage.request(request, isVerbose: isVerbose)))
        while let line = try nextLine() {
            guard let answer = SocketMessage.answer(line) else { throw Self.otherVersion }
            if case .end(let status) = answer {
                audience.end()
                guard let status = ExitStatus(rawValue: status) else { throw Self.otherVersion }
                return status
            }
            try answer.tell(audience)
        }
        throw DaemonProblem(
            "the service ended before this was done, and goes on from there when it starts again; journalctl -u "
                + "clix-collectd shows why", .notNow)
    }

    private static var otherVersion: DaemonProblem {
        DaemonProblem(
            "the running service is another version of clix-collectd than this command, which does not understand its "
                + "answer: systemctl restart clix-collectd, and run this again", .notNow)
    }

    private func send(_ line: [UInt8]) {
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return }
        }
    }

    /// Nil at the end, also where that comes in the middle of a line.
    private mutating func nextLine() throws -> [UInt8]? {
        while true {
            if let newline = received[searched...].firstIndex(of: 0x0A) {
                defer {
                    received.removeFirst(newline + 1)
                    searched = 0
                }
                return Array(received[..<newline])
            }
            searched = received.count
            guard received.count <= SocketMessage.answerLimit else { throw Self.otherVersion }
            var piece = [UInt8](repeating: 0, count: 16 << 10)
            let count = recv(descriptor, &piece, piece.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            received += piece[..<count]
        }
    }
}

extension SocketMessage {
    /// Nil for what this version does not know.
    fileprivate static func answer(_ line: [UInt8]) -> Answer? { try? WireCoding.decode(Answer.self, from: line) }
}

extension SocketMessage.Answer {
    fileprivate func tell(_ audience: any Audience) throws {
        switch self {
        case .begin(let title): audience.begin(title)
        case .progress(let files, let bytes, let totalFiles, let totalBytes):
            let hasTotal = totalFiles != nil || totalBytes != nil
            audience.update(
                ProgressAmount(files: files, bytes: bytes),
                total: hasTotal ? ProgressAmount(files: totalFiles ?? 0, bytes: totalBytes ?? 0) : nil)
        case .ended(let sentence): audience.end(sentence)
        case .say(let sentence): audience.say(sentence)
        case .detail(let sentence): audience.detail(sentence)
        case .warn(let sentence): audience.warn(sentence)
        case .out(let line): try audience.result(line)
        case .end: break
        }
    }
}
