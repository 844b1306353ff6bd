import Foundation

/// One run of a real program: started, watched, and ended by its own process id.
///
/// Output is drained by threads of its own, so a program never blocks on a full pipe and `waitForLine` has an event
/// to wait for instead of a clock.
///
/// `@unchecked Sendable`: everything that changes after `init` is only touched while `condition` is locked.
final class ChildProcess: @unchecked Sendable {
    let pid: pid_t
    private let command: String
    private let condition = NSCondition()
    private var output = Data()
    private var errors = Data()
    private var openPipes = 2
    private var status: Int32?

    /// How a program ended.
    struct Finished: CustomStringConvertible {
        let command: String
        /// The exit code, or 128 + the signal that ended it, as a shell has it.
        let code: Int32
        let output: String
        let errors: String
        var description: String { "\(command)\n  exit \(code)\n  stdout: \(output)\n  stderr: \(errors)" }
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    struct Unexpected: Error, CustomStringConvertible { let description: String }

    /// - Parameter path: absolute, or a name to be found on the PATH.
    init(_ path: String, _ arguments: [String], environment: [String: String] = [:], input: Data? = nil) throws {
        command = ([path] + arguments).joined(separator: " ")
        // Held until the program has started: nobody else's program may inherit these pipes and keep them open.
        ChildProcess.starting.lock()
        defer { ChildProcess.starting.unlock() }
        let (inputPipe, outputPipe, errorPipe) = try (ChildProcess.pipe(), ChildProcess.pipe(), ChildProcess.pipe())

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, inputPipe[0], 0)
        posix_spawn_file_actions_adddup2(&actions, outputPipe[1], 1)
        posix_spawn_file_actions_adddup2(&actions, errorPipe[1], 2)

        // A program that ends before it has read its input must not end the tests with SIGPIPE; programs get it as ever.
        Glibc.signal(SIGPIPE, SIG_IGN)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var usual = sigset_t()
        sigemptyset(&usual)
        sigaddset(&usual, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))

        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var argv = ([path] + arguments).map { strdup($0) } + [nil]
        var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var started: pid_t = 0
        let problem = posix_spawnp(&started, path, &actions, &attributes, &argv, &envp)
        for end in [inputPipe[0], outputPipe[1], errorPipe[1]] { close(end) }
        pid = started
        guard problem == 0 else {
            for end in [inputPipe[1], outputPipe[0], errorPipe[0]] { close(end) }
            throw Unexpected(description: "\(command) did not start: \(String(cString: strerror(problem)))")
        }
        drain(outputPipe[0]) { $0.output.append($1) }
        drain(errorPipe[0]) { $0.errors.append($1) }
        feed(input ?? Data(), to: inputPipe[1])
        Thread.detachNewThread { [self] in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            condition.withLock {
                self.status = status
                condition.broadcast()
            }
        }
    }

    private static let starting = NSLock()

    /// A pipe whose ends no program inherits unless they are handed to it.
    private static func pipe() throws -> [Int32] {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw Unexpected(description: "no pipe: too many open files?") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return ends
    }

    /// Writes the input on a thread of its own: a program may well write a lot before it reads.
    private func feed(_ input: Data, to descriptor: Int32) {
        guard !input.isEmpty else {
            close(descriptor)
            return
        }
        Thread.detachNewThread {
            var rest = input[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { break }
            }
            close(descriptor)
        }
    }

    private func drain(_ descriptor: Int32, _ keep: @escaping @Sendable (ChildProcess, Data) -> Void) {
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                condition.withLock {
                    if count > 0 { keep(self, Data(buffer[..<count])) } else { openPipes -= 1 }
                    condition.broadcast()
                }
                if count <= 0 { break }
            }
            close(descriptor)
        }
    }

    /// What the program has written so far, both streams.
    var text: String { condition.withLock { String(decoding: output + errors, as: UTF8.self) } }

    var isRunning: Bool { condition.withLock { status == nil } }

    /// Waits until a line with this text has been written to either stream, and gives it.
    func waitForLine(containing wanted: String, within seconds: Double = 60) throws -> String {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while true {
            for stream in [output, errors] {
                let lines = String(decoding: stream, as: UTF8.self).split(
                    separator: "\n", omittingEmptySubsequences: false)
                if let line = lines.dropLast().first(where: { $0.contains(wanted) }) { return String(line) }
            }
            guard status == nil || openPipes > 0, condition.wait(until: deadline) else {
                throw Unexpected(
                    description:
                        "\(command) never said '\(wanted)':\n\(String(decoding: output + errors, as: UTF8.self))")
            }
        }
    }

    /// Waits for the end of the program and of its output. One that is still there at the deadline is killed, and
    /// that is an error: every wait here is bounded.
    func wait(within seconds: Double = 120) throws -> Finished {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while status == nil || openPipes > 0 {
            if !condition.wait(until: deadline) {
                Glibc.kill(pid, SIGKILL)
                throw Unexpected(
                    description:
                        "\(command) had not ended after \(seconds) s:\n\(String(decoding: output + errors, as: UTF8.self))"
                )
            }
        }
        let ended = status ?? 0
        let signal = ended & 0x7f
        return Finished(
            command: command, code: signal == 0 ? (ended >> 8) & 0xff : 128 + signal,
            output: String(decoding: output, as: UTF8.self), errors: String(decoding: errors, as: UTF8.self))
    }

    /// Sends a signal to this process and no other; nothing happens once it has ended.
    func signal(_ number: Int32) {
        condition.withLock { if status == nil { _ = Glibc.kill(pid, number) } }
    }
}

extension ChildProcess {
    /// Runs a program to its end.
    static func run(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], input: Data? = nil,
        within seconds: Double = 120
    ) throws -> Finished {
        try ChildProcess(path, arguments, environment: environment, input: input).wait(within: seconds)
    }

    /// Runs a program that has to succeed.
    @discardableResult
    static func succeed(_ path: String, _ arguments: String...) throws -> Finished {
        try run(path, arguments).ended(with: 0)
    }
}

extension ChildProcess.Finished {
    /// This result, if the exit code is one of those; else an error that tells everything.
    @discardableResult
    func ended(with codes: Int32...) throws -> Self {
        guard codes.contains(code) else { throw ChildProcess.Unexpected(description: "wanted exit \(codes): \(self)") }
        return self
    }
}
