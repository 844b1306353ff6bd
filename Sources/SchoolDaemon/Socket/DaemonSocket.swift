import CLinux
import Dispatch
import Glibc
import Staging
import Synchronization

/// The daemon's ear: a Unix socket, mode 0600, on which `collect`, `upload`, `run-script` and `enroll` ask for what they
/// are to do. Root and the daemon's own user are heard.
///
/// Nothing that comes over it, or does not come, holds up anything else: what is read, kept and waited for is bounded.
final class DaemonSocket: Sendable {
    /// More than anybody types at once.
    static let callerLimit = 8

    private let queue = DispatchQueue(label: "clix-collect.socket")
    // Dispatch sources may be used from any thread; Dispatch for Linux does not say so in its types.
    private nonisolated(unsafe) let source: any DispatchSourceRead
    private let path: String
    private let hear: @Sendable (CallerEvent) -> Void
    private let accept: @Sendable (Int32) -> Int32
    private let callers = Mutex(0)
    private let isDeaf = Mutex(false)
    private let writing = DispatchGroup()
    private let patience: Double
    private let restSeconds: Double

    /// Starts to listen. The caller is the one daemon of this directory (`beTheDaemon`), so that a socket that is there is
    /// a dead one's.
    ///
    /// - Parameters:
    ///   - patience: seconds that a request may take to come.
    ///   - rest: seconds after which a connection that could not be taken is tried again.
    ///   - accept: as `clinux_accept`.
    /// - Throws: `DaemonProblem`.
    init(
        in files: InstallationFiles, patience: Double = 10, rest: Double = 1,
        accept: @escaping @Sendable (Int32) -> Int32 = { clinux_accept($0) },
        hear: @escaping @Sendable (CallerEvent) -> Void
    ) throws {
        let (listener, path) = try Self.listen(in: files)
        self.path = path
        self.patience = patience
        restSeconds = rest
        self.accept = accept
        self.hear = hear
        source = DispatchSource.makeReadSource(fileDescriptor: listener, queue: queue)
        source.setEventHandler { [weak self] in self?.acceptOne(listener) }
        source.setCancelHandler { Glibc.close(listener) }
        source.activate()
    }

    deinit { source.cancel() }

    /// Hears nobody any more: commands do their own work from here on.
    func close() {
        unlink(path)
        source.cancel()
    }

    /// Waits until everything that was told has been written, for so many seconds at most.
    func finishWriting(within seconds: Double) { _ = writing.wait(timeout: .now() + seconds) }

    /// The socket gets its name only when its mode is right and it listens, so that nobody ever finds it half made.
    private static func listen(in files: InstallationFiles) throws -> (listener: Int32, path: String) {
        func failing(_ number: Int32) -> DaemonProblem {
            DaemonProblem(
                "commands cannot ask this service, as there can be no socket in \(files.directory): "
                    + String(cString: strerror(number)), .io)
        }
        guard let address = DaemonAddress(files, suffix: ".new") else { throw failing(errno) }
        let listener = clinux_unix_socket()
        guard listener >= 0 else { throw failing(errno) }
        let path = String(address.path.dropLast(".new".count))
        unlink(address.path)
        guard address.bind(listener), chmod(address.path, 0o600) == 0,
            Glibc.listen(listener, 16) == 0, fcntl(listener, F_SETFL, O_NONBLOCK) == 0,
            rename(address.path, path) == 0
        else {
            defer { Glibc.close(listener) }
            throw failing(errno)
        }
        return (listener, path)
    }

    private func acceptOne(_ listener: Int32) {
        let descriptor = accept(listener)
        guard descriptor >= 0 else { return rest(after: errno) }
        isDeaf.withLock { $0 = false }
        let isAdmitted = callers.withLock { count in
            count += 1
            return count <= Self.callerLimit
        }
        let user = clinux_peer_user(descriptor)
        let caller = Caller(descriptor, user: user, queue: queue, writing: writing, hear: hear) { [weak self] in
            self?.callers.withLock { $0 -= 1 }
        }
        caller.listen(within: patience)
        if user != 0, user != Int64(geteuid()) {
            caller.refuse(
                "the running service takes requests from root and its own user only; run this as one of them", .io)
        } else if !isAdmitted {
            caller.refuse(
                "the running service has \(Self.callerLimit) requests already; run this again once one has ended",
                .notNow)
        }
    }

    /// Who could not be taken, for want of descriptors say, waits on, and so the kernel goes on telling of it: without a
    /// pause, this would do nothing else. It is said once until somebody is taken again.
    private func rest(after number: Int32) {
        guard ![EAGAIN, EINTR, ECONNABORTED].contains(number) else { return }
        let isNews = isDeaf.withLock { isDeaf in
            defer { isDeaf = true }
            return !isDeaf
        }
        if isNews {
            hear(
                .deaf(
                    "commands cannot ask this service for now, as no connection can be taken: "
                        + String(cString: strerror(number))))
        }
        // Held until it goes on: a source must not be let go while it is suspended.
        source.suspend()
        queue.asyncAfter(deadline: .now() + restSeconds) { self.source.resume() }
    }
}
