import Dispatch
import Glibc
import Logging
import Synchronization

/// The running service's end of the control socket, `<data>/control.sock`, mode 0600: only root and the store's own
/// user can speak to it, and what they say is carried out.
///
/// Blocking, on threads of its own: a seed runs for minutes.
final class ControlService: Sendable {
    typealias Perform =
        @Sendable (StoreOperation, @escaping @Sendable (OperationProgress) throws -> Void) throws
        -> OperationResult

    /// More than anybody types at once; each holds one thread.
    private static let connectionLimit = 8

    private let queue = DispatchQueue(label: "clix-store.control")
    // Dispatch sources may be used from any thread; Dispatch for Linux does not say so in its types.
    private nonisolated(unsafe) let source: any DispatchSourceRead
    private let directory: DataDirectory
    private let underWay = DispatchGroup()
    private let open = Mutex(0)
    private let isDeaf = Mutex(false)
    private let logger: Logger
    private let rest: Duration
    private let accept: @Sendable (Int32) -> Int32
    private let perform: Perform

    /// Starts to listen. The caller holds the data lock, so a socket file that is there is a dead service's.
    ///
    /// - Parameters:
    ///   - rest: after so long, a connection that could not be taken is tried again.
    ///   - accept: as accept(2).
    init(
        _ directory: DataDirectory, logger: Logger, rest: Duration = .seconds(1),
        accept: @escaping @Sendable (Int32) -> Int32 = { Glibc.accept($0, nil, nil) }, perform: @escaping Perform
    ) throws {
        let listener = try Self.listen(directory)
        self.directory = directory
        self.logger = logger
        self.rest = rest
        self.accept = accept
        self.perform = perform
        source = DispatchSource.makeReadSource(fileDescriptor: listener, queue: queue)
        source.setEventHandler { [weak self] in self?.acceptOne(listener) }
        source.setCancelHandler { close(listener) }
        source.activate()
    }

    /// Takes no more requests, and lets those under way come to their end; the store must stay open until then.
    /// - Returns: false if that was not within the time.
    func stop(within time: Duration) -> Bool {
        unlink(directory.controlSocket)
        source.cancel()
        return underWay.wait(timeout: .now() + .nanoseconds(Int(time.nanosecondCount))) == .success
    }

    /// The socket gets its name only when its mode is right and it listens, so that nobody ever finds it half made.
    private static func listen(_ directory: DataDirectory) throws -> Int32 {
        let address = try ControlAddress(directory, suffix: ".new")
        let descriptor = try ControlAddress.makeSocket()
        let temporary = directory.controlSocket + ".new"
        unlink(temporary)
        guard address.bind(descriptor), chmod(temporary, 0o600) == 0, Glibc.listen(descriptor, 16) == 0,
            rename(temporary, directory.controlSocket) == 0
        else {
            let trouble = PrivateFile.trouble("make the control socket", directory.controlSocket, errno)
            close(descriptor)
            throw trouble
        }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        return descriptor
    }

    private func acceptOne(_ listener: Int32) {
        let descriptor = accept(listener)
        guard descriptor >= 0 else { return pause(after: errno) }
        let wasDeaf = isDeaf.withLock { isDeaf in
            defer { isDeaf = false }
            return isDeaf
        }
        if wasDeaf { logger.notice("commands are heard again") }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let admitted = open.withLock { count in
            guard count < Self.connectionLimit else { return false }
            count += 1
            return true
        }
        guard admitted else {
            // The command sees the end of the connection and says that the service is busy.
            close(descriptor)
            return
        }
        // A queue of its own is a thread of its own.
        DispatchQueue(label: "clix-store.control.command").async(group: underWay) {
            self.serve(LineConnection(descriptor))
            self.open.withLock { $0 -= 1 }
        }
    }

    /// Who could not be taken, for want of descriptors say, waits on, and so the kernel goes on telling of it: without a
    /// pause, this would do nothing else. It is said once until somebody is taken again.
    private func pause(after number: Int32) {
        guard ![EAGAIN, EINTR, ECONNABORTED].contains(number) else { return }
        let isNews = isDeaf.withLock { isDeaf in
            defer { isDeaf = true }
            return !isDeaf
        }
        if isNews {
            logger.warning(
                """
                commands cannot ask this service for now, as no connection can be taken over the control socket: \
                \(String(cString: strerror(number)))
                """)
        }
        // Held until it goes on: a source must not be let go while it is suspended.
        source.suspend()
        queue.asyncAfter(deadline: .now() + .nanoseconds(Int(rest.nanosecondCount))) { self.source.resume() }
    }

    private func serve(_ connection: LineConnection) {
        let patience = ControlMessage.patienceSeconds
        connection.setPatience(readSeconds: patience, writeSeconds: patience)
        do {
            guard let line = try connection.receive(limit: ControlMessage.requestLimit) else { return }
            let answer = answer(to: line, progress: connection)
            try connection.send(ControlMessage.line(answer))
        } catch {
            logger.notice("a command over the control socket went away: \(error)")
        }
    }

    private func answer(to line: [UInt8], progress connection: LineConnection) -> ControlMessage.Answer {
        guard let operation = try? ControlMessage.parse(line, as: StoreOperation.self) else {
            return .failure(
                kind: .badArgument,
                message: "the running service does not understand this command; is it another version? Restart it.")
        }
        // The operation runs on this thread and reports from it; nothing else touches the connection meanwhile.
        nonisolated(unsafe) let connection = connection
        do {
            return .result(
                try perform(operation) { try connection.send(ControlMessage.line(ControlMessage.Answer.progress($0))) })
        } catch {
            return FailureAnswer.make(error)
        }
    }
}
