import Dispatch
import Glibc
import Synchronization
import Testing

@testable import Collecting

/// With real programs. Deadlines are short where a program must be ended, and never waited for where it ends itself.
@Suite struct `Running programs` {
    let runner = SubprocessRunner()

    private func shellProgram(_ line: String) -> Program {
        Program("sh", "-c", line, environment: ["PATH": Program.searchPath])
    }

    @Test func `output, error text and status are kept apart`() async throws {
        let result = try await runner.run(shellProgram("echo out; echo err >&2"))
        #expect(result.output == Array("out\n".utf8))
        #expect(result.errorText == Array("err\n".utf8))
        #expect(result.ending == .exited(0))
        #expect(!result.isCut)
    }

    @Test func `arguments are raw bytes and reach the program unchanged`() async throws {
        let strange: [UInt8] = [0xff, 0x0a, 0x27, 0x20, 0x24]
        let result = try await runner.run(Program("printf", [Array("%s".utf8), strange]))
        #expect(result.output == strange)
    }

    @Test func `nothing of our own environment is inherited`() async throws {
        let result = try await runner.run(Program("env", environment: ["ONLY": "this"]))
        #expect(result.output == Array("ONLY=this\n".utf8))
    }

    @Test func `a missing program says that it is not installed`() async {
        let problem = await problem(of: Program("no-such-program-of-clix"))
        #expect(problem?.code == .notFound)
        #expect(problem?.message == "no-such-program-of-clix is not installed on this machine")
    }

    @Test func `a failure quotes the program's last line and its status`() async {
        let problem = await problem(of: shellProgram("echo first >&2; echo 'disk on fire' >&2; exit 3"))
        #expect(problem?.code == .failed)
        #expect(problem?.ending == .exited(3))
        #expect(problem?.message == "sh ended with status 3: disk on fire")
    }

    @Test func `death by a signal is a failure that names the signal`() async {
        let problem = await problem(of: shellProgram("kill -9 $$"))
        #expect(problem?.ending == .signalled(9))
    }

    @Test func `which endings are a success is the caller's rule`() async throws {
        var program = shellProgram("echo partly; exit 1")
        program.succeeds = { $0 == .exited(0) || $0 == .exited(1) }
        #expect(try await runner.run(program).ending == .exited(1))
    }

    @Test(.timeLimit(.minutes(2))) func `a program that ignores SIGTERM is killed after its deadline`() async {
        var program = shellProgram("trap '' TERM; while :; do sleep 1; done")
        program.deadline = .milliseconds(200)
        program.grace = .milliseconds(200)
        // It would never end by itself, so that this returns at all is the proof.
        #expect(await problem(of: program)?.code == .deadline)
    }

    @Test(arguments: ["", "exec >&- 2>&-;"])
    func `what a killed program has started is killed with it, whether or not its output is open`(
        closing: String
    ) async throws {
        let folder = TemporaryFolder()
        var program = shellProgram(
            "\(closing) (trap '' TERM; exec sleep 1000) & echo $! >\(folder.path)/id; wait")
        program.deadline = .milliseconds(300)
        program.grace = .milliseconds(100)
        #expect(await problem(of: program)?.code == .deadline)
        try expectGone(folder.read("id"))
    }

    @Test func `a flood is ended together with what the program has started`() async throws {
        let folder = TemporaryFolder()
        var program = shellProgram("(trap '' TERM; exec sleep 1000) & echo $! >\(folder.path)/id; exec yes")
        program.output = .memory(limit: 100_000)
        program.overflow = .cut
        program.grace = .milliseconds(100)
        #expect(try await runner.run(program).isCut)
        try expectGone(folder.read("id"))
    }

    /// Gone, or a zombie that nobody but its new parent can reap. A signal takes effect when its target is next run.
    private func expectGone(_ id: String) throws {
        let child = try #require(pid_t(id.dropLast()))
        shell(
            "for i in $(seq 200); do grep -q ') Z ' /proc/\(child)/stat || [ ! -e /proc/\(child) ] && exit 0; sleep .05; done; exit 1"
        )
    }

    @Test func `what was written before a deadline is no result, even if the program then ends well`() async throws {
        let folder = TemporaryFolder()
        let file = open("\(folder.path)/dump", O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        for output in [Program.Output.memory(limit: 1 << 20), .file(descriptor: file, limit: 1 << 20)] {
            var program = shellProgram("trap 'exit 0' TERM; echo half; while :; do sleep .01; done")
            program.output = output
            program.overflow = .cut
            program.deadline = .milliseconds(300)
            #expect(await problem(of: program)?.code == .deadline)
        }
    }

    @Test func `all that was written before a program ended is read, also from a slow reader's pipe`() async throws {
        var program = shellProgram("head -c 20000000 /dev/zero; sleep 1000 & echo $! >&2")
        program.output = .memory(limit: 30_000_000)
        let result = try await runner.run(program)
        kill(try #require(pid_t(String(decoding: result.errorText.dropLast(), as: UTF8.self))), SIGKILL)
        #expect(result.output.count == 20_000_000)
    }

    @Test func `a program that closes its output and goes on still meets its deadline`() async {
        var program = shellProgram("exec >&- 2>&-; exec sleep 1000")
        program.deadline = .milliseconds(200)
        program.grace = .milliseconds(100)
        #expect(await problem(of: program)?.code == .deadline)
    }

    @Test func `a grandchild that keeps the output open does not keep us waiting`() async throws {
        let result = try await runner.run(shellProgram("sleep 1000 & echo $!"))
        let id = try #require(pid_t(String(decoding: result.output.dropLast(), as: UTF8.self)))
        kill(id, SIGKILL)
    }

    @Test func `a flood is ended and fails`() async {
        var program = Program("yes")
        program.output = .memory(limit: 100_000)
        #expect(await problem(of: program)?.code == .flooded)
    }

    @Test func `a flood may be cut instead, to the byte`() async throws {
        var program = Program("yes")
        program.output = .memory(limit: 100_001)
        program.overflow = .cut
        let result = try await runner.run(program)
        #expect(result.isCut)
        #expect(result.output.count == 100_001)
    }

    @Test func `output of exactly the limit is whole`() async throws {
        var program = shellProgram("printf 12345")
        program.output = .memory(limit: 5)
        #expect(try await runner.run(program).output == Array("12345".utf8))
    }

    @Test func `a flood of error text does no harm and is cut at 16 KiB`() async throws {
        let result = try await runner.run(shellProgram("yes | head -c 3000000 >&2; echo done"))
        #expect(result.output == Array("done\n".utf8))
        #expect(result.errorText.count == 16 << 10)
    }

    @Test func `output can go to a file, up to a limit`() async throws {
        let folder = TemporaryFolder()
        let file = open("\(folder.path)/dump", O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        var program = shellProgram("head -c 300000 /dev/zero | tr '\\0' x")
        program.output = .file(descriptor: file, limit: 300_000)
        #expect(try await runner.run(program).output.isEmpty)
        #expect(folder.read("dump") == String(repeating: "x", count: 300_000))
    }

    @Test func `a full disk is told from a fault of the program`() async {
        let file = open("/dev/full", O_WRONLY)
        defer { close(file) }
        var program = Program("echo", "x")
        program.output = .file(descriptor: file, limit: 100)
        let problem = await problem(of: program)
        #expect(problem?.code == .noRoom)
        #expect(problem?.message.contains("No space left on device") == true)
    }

    @Test func `a file takes no more than there is room for, however that shrinks meanwhile`() async throws {
        let folder = TemporaryFolder()
        let file = open("\(folder.path)/dump", O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        func size() -> off_t { lseek(file, 0, SEEK_END) }
        var program = shellProgram("head -c 300000 /dev/zero")
        program.output = .file(descriptor: file, limit: .max, room: { 300_000 - UInt64($0) })
        _ = try await runner.run(program)
        #expect(size() == 300_000)

        program = shellProgram("head -c 60000000 /dev/zero")
        program.output = .file(descriptor: file, limit: .max, room: { 400_000 - UInt64($0) })
        #expect(await problem(of: program)?.code == .noRoom)
        #expect(size() <= 300_000 + 400_000)

        #expect(ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0)
        program.output = .file(descriptor: file, limit: .max, room: { $0 < 8 << 20 ? .max : 0 })
        #expect(await problem(of: program)?.code == .noRoom)
        #expect(size() > 0 && size() <= 16 << 20)
    }

    /// Of outputs that cannot be written, as to a disk that hangs.
    private final class Hanging: Sendable {
        private let gate = DispatchSemaphore(value: 0)
        private let onLanes = Mutex<[Bool]>([])

        func hang() {
            let lanes = LaneQueue.programs.asUnownedTaskExecutor()
            let isOnLane = withUnsafeCurrentTask { $0?.unownedTaskExecutor == lanes }
            onLanes.withLock { $0.append(isOnLane) }
            gate.wait()
            gate.signal()
        }

        /// Whether each hangs where nobody else is held up.
        var all: [Bool] { onLanes.withLock { $0 } }

        func release() { gate.signal() }
    }

    @Test(.timeLimit(.minutes(2)))
    func `more outputs that hang than the machine has cores keep no program from being ended at its deadline`()
        async throws
    {
        let folder = TemporaryFolder()
        let (hanging, count) = (Hanging(), 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN)) + 1)
        defer { hanging.release() }
        let runs = (0..<count).map { number in
            let file = open("\(folder.path)/output-\(number)", O_WRONLY | O_CREAT, 0o600)
            var program = shellProgram("echo $$ >\(folder.path)/\(number); exec cat /dev/zero")
            program.deadline = .seconds(1)
            program.grace = .milliseconds(100)
            program.output = .file(
                descriptor: file, limit: .max,
                room: { _ in
                    hanging.hang()
                    return .max
                })
            return Task { [runner, program] in
                defer { close(file) }
                return await Self.problem(of: program, by: runner)
            }
        }
        for _ in 0..<1200 where hanging.all.count < count { try await pause(for: .milliseconds(50)) }
        #expect(hanging.all == Array(repeating: true, count: count))
        // And nobody lets them go on.
        let ids = try (0..<count).map { try #require(pid_t(folder.read("\($0)").dropLast())) }
        for _ in 0..<1200 where !ids.allSatisfy(isGone) { try await pause(for: .milliseconds(50)) }
        #expect(ids.allSatisfy(isGone))
        hanging.release()
        for run in runs { #expect(await run.value?.code == .deadline) }
    }

    @Test func `being asked to stop ends the program`() async {
        let runner = runner
        let program = shellProgram("exec sleep 1000")
        let task = Task { await Self.problem(of: program, by: runner) }
        task.cancel()
        #expect(await task.value?.code == .cancelled)
    }

    @Test func `children that never became their program are found by what they run`() throws {
        var child: pid_t = 0
        let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("1000"), nil]
        try #require(posix_spawn(&child, "/bin/sleep", nil, nil, arguments, environ) == 0)
        defer {
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
        }
        let sleep = shell("readlink -f /bin/sleep").dropLast()
        #expect(StuckChildren.ids(running: String(sleep)).contains(child))
        #expect(!StuckChildren.ids(running: "/usr/bin/other").contains(child))
    }

    private func problem(of program: Program) async -> ProgramProblem? {
        await Self.problem(of: program, by: runner)
    }

    private static func problem(of program: Program, by runner: SubprocessRunner) async -> ProgramProblem? {
        do {
            _ = try await runner.run(program)
            return nil
        } catch {
            return error
        }
    }
}
