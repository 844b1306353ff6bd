import Dispatch
import Glibc
import Synchronization
import Terminal

/// One command at the other end of the daemon's socket: what it asks comes in, what is told goes out.
///
/// Telling never waits. Lines are written by a thread of their own; of those that are not read in time so many are kept
/// and no more, and of readings of the progress only the last one. Who reads nothing for a minute is gone.
final class Caller: Audience {
    /// In bytes, of lines that are not written yet.
    private static let backlogLimit = 1 << 20
    private static let writeSeconds = 60
    /// A bar is drawn no more often.
    private static let progressInterval: Duration = .milliseconds(100)

    private struct State {
        var received: [UInt8] = []
        var hasAsked = false
        var isVerbose = false
        /// Nothing is told any more.
        var isOver = false
        /// The connection failed: what is yet to be written is let go.
        var isBroken = false
        var backlog = 0
        var leftOut = 0
        /// The last reading, while it waits to be written.
        var progress: SocketMessage.Answer?
        var progressTime: ContinuousClock.Instant?
    }

    /// As the kernel knows it; -1 if it does not.
    let user: Int64
    private let descriptor: Int32
    private let queue: DispatchQueue
    private let writer = DispatchQueue(label: "clix-collect.socket.writer")
    private let writing: DispatchGroup
    private let hear: @Sendable (CallerEvent) -> Void
    private let ended: @Sendable () -> Void
    private let state = Mutex(State())

    /// Takes the descriptor over.
    /// - Parameter ended: called when this object, and the connection with it, is no more.
    init(
        _ descriptor: Int32, user: Int64, queue: DispatchQueue, writing: DispatchGroup,
        hear: @escaping @Sendable (CallerEvent) -> Void, ended: @escaping @Sendable () -> Void
    ) {
        self.descriptor = descriptor
        self.user = user
        self.queue = queue
        self.writing = writing
        self.hear = hear
        self.ended = ended
        var time = timeval(tv_sec: Self.writeSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(descriptor)
        ended()
    }

    // MARK: What is asked

    /// - Parameter patience: seconds until a whole request must have come.
    func listen(within patience: Double) {
        // As in `DaemonSocket`. It holds this object until the other end is gone.
        nonisolated(unsafe) let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { if !self.receive() { source.cancel() } }
        source.setCancelHandler { withExtendedLifetime(self) {} }
        source.activate()
        queue.asyncAfter(deadline: .now() + patience) { [weak self] in
            guard let self, !state.withLock({ $0.hasAsked }) else { return }
            refuse("the service was asked for nothing within \(Int(patience.rounded(.up))) seconds", .usage)
        }
    }

    /// - Returns: false when nothing more will come.
    private func receive() -> Bool {
        var piece = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &piece, piece.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN || errno == EINTR { return true }
        guard count > 0 else {
            leave()
            return false
        }
        let (isOver, isExcess) = state.withLock { state in
            if !state.hasAsked { state.received += piece[..<count] }
            return (state.isOver, state.hasAsked)
        }
        // What one who is refused was just asking must not cut off the answer, after which this is hung up.
        if isOver { return true }
        // Who goes on talking is no clix-collectd.
        if isExcess { hangUp() } else { readRequest() }
        return true
    }

    private func readRequest() {
        let received = state.withLock { $0.received }
        guard let end = received.firstIndex(of: 0x0A) else {
            if received.count > SocketMessage.requestLimit {
                refuse("a request of more than \(SocketMessage.requestLimit) bytes is not read by the service", .usage)
            }
            return
        }
        do throws(SocketMessage.Problem) {
            let (request, isVerbose) = try SocketMessage.parse(Array(received[..<end]))
            let isFirst = state.withLock { state in
                defer { (state.received, state.hasAsked, state.isVerbose) = ([], true, isVerbose) }
                return !state.hasAsked && !state.isOver
            }
            if isFirst { hear(.asked(Call(request: request, caller: self))) }
        } catch {
            refuse(error.sentence, .notNow)
        }
    }

    /// Nobody is there any more.
    private func leave() {
        let hasAsked = state.withLock { state in
            defer { (state.isOver, state.isBroken, state.hasAsked) = (true, true, true) }
            return state.hasAsked
        }
        if hasAsked { hear(.left(ObjectIdentifier(self))) }
    }

    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    // MARK: What is told

    func begin(_ title: String) { tell(.begin(title: title)) }
    func end(_ sentence: String?) { tell(.ended(sentence: sentence)) }
    func say(_ sentence: String) { tell(.say(sentence)) }
    func warn(_ sentence: String) { tell(.warn(sentence)) }
    func result(_ line: String) { tell(.out(line)) }

    func detail(_ sentence: String) {
        if state.withLock({ $0.isVerbose }) { tell(.detail(sentence)) }
    }

    func update(_ done: ProgressAmount, total: ProgressAmount?) {
        let now = ContinuousClock.now
        state.withLock { state in
            guard !state.isOver, state.progressTime.map({ now - $0 >= Self.progressInterval }) ?? true else { return }
            state.progressTime = now
            let isWaiting = state.progress != nil
            state.progress = .progress(
                files: done.files, bytes: done.bytes, totalFiles: total?.files, totalBytes: total?.bytes)
            if !isWaiting { writer.async(group: writing) { self.writeProgress() } }
        }
    }

    /// Says why nothing is done, and ends the connection.
    func refuse(_ sentence: String, _ status: ExitStatus) {
        warn("clix-collectd: \(sentence)")
        finish(status)
    }

    /// The last word: how the command is to end. What is told later is not heard.
    func finish(_ status: ExitStatus) {
        state.withLock { state in
            guard !state.isOver else { return }
            if state.leftOut > 0 {
                enqueue(.warn("\(ByteText.count(state.leftOut, "line")) came too fast to be shown"), &state)
            }
            enqueue(.end(status: status.rawValue), &state)
            (state.isOver, state.hasAsked) = (true, true)
            writer.async(group: writing) { self.hangUp() }
        }
    }

    private func tell(_ answer: SocketMessage.Answer) {
        state.withLock { state in
            guard !state.isOver else { return }
            // It is about what is being told an end of.
            if case .begin = answer { state.progress = nil }
            guard state.backlog < Self.backlogLimit else {
                state.leftOut += 1
                return
            }
            enqueue(answer, &state)
        }
    }

    /// In the order of telling, since the state is locked.
    private func enqueue(_ answer: SocketMessage.Answer, _ state: inout State) {
        guard let line = try? SocketMessage.line(answer) else { return }
        state.backlog += line.count
        writer.async(group: writing) {
            self.write(line)
            self.state.withLock { $0.backlog -= line.count }
        }
    }

    private func writeProgress() {
        let answer = state.withLock { state in
            defer { state.progress = nil }
            return state.progress
        }
        if let answer, let line = try? SocketMessage.line(answer) { write(line) }
    }

    private func write(_ line: [UInt8]) {
        var rest = line[...]
        while !rest.isEmpty, !state.withLock({ $0.isBroken }) {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                state.withLock { $0.isBroken = true }
                hangUp()
            }
        }
    }
}
