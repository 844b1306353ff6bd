import Glibc
import Testing

@testable import Collecting

/// How `docker exec` was seen to behave, event by event, through a command that behaves so.
@Suite struct `Running programs in the container` {
    @Test func `gives output and arguments through as they are, as the user asked for, without a terminal`()
        async throws
    {
        let docker = FakeDocker()
        let strange: [UInt8] = [0xff, 0x0a, 0x27, 0x20, 0x24, 0x2d]
        let program = ContainerProgram([Array("printf".utf8), Array("%s".utf8), strange], user: "postgres")
        let result = try await docker.container.run(program)
        #expect(result.output == strange)
        #expect(docker.calls.first?.hasPrefix("exec -u postgres gstudio env CLIX_RUN=") == true)
        #expect(docker.calls.filter { $0.contains("exec") }.count == 1, "a success asks nothing else")
    }

    @Test func `a heavy one has idle priority for processor and disk, and asks once whether it can`() async throws {
        let docker = FakeDocker()
        let container = docker.container
        for _ in 1...2 {
            let program = ContainerProgram("sh", "-c", "nice; ionice -p $$", isHeavy: true)
            #expect(String(decoding: try await container.run(program).output, as: UTF8.self) == "19\nidle\n")
        }
        #expect(docker.calls.filter { $0.contains("ionice -c 3 true") }.count == 1)
    }

    @Test func `a light one keeps its priority`() async throws {
        let output = try await FakeDocker().container.run(ContainerProgram("nice")).output
        #expect(output == Array(shell("nice").utf8))
    }

    @Test func `without ionice inside, a heavy one still has idle priority for the processor`() async throws {
        let docker = FakeDocker(probe: Self.notFound)
        let program = ContainerProgram("nice", isHeavy: true)
        #expect(try await docker.container.run(program).output == Array("19\n".utf8))
    }

    @Test func `a program's own failure keeps its status and last line`() async {
        let docker = FakeDocker()
        for status: Int32 in [1, 3, 124, 255] {
            let problem = await docker.container.problem(of: .shell("echo 'disk on fire' >&2; exit \(status)"))
            #expect(problem?.code == .failed(status: status))
            #expect(problem?.message == "sh in the container gstudio ended with status \(status): disk on fire")
        }
    }

    private static let notFound =
        #"echo 'OCI runtime exec failed: exec failed: exec: "x": executable file not found in $PATH: unknown'; exit 126"#

    @Test func `a missing program's message on standard output never becomes content`() async throws {
        let docker = FakeDocker(run: Self.notFound)
        #expect(await docker.container.problem(of: ContainerProgram("mongodump"))?.code == .programMissing)
        for flags in [O_WRONLY, O_RDWR | O_APPEND] {
            docker.folder.write("before", to: "dump")
            let file = open("\(docker.folder.path)/dump", flags)
            defer { close(file) }
            if flags & O_APPEND == 0 { lseek(file, 0, SEEK_END) }
            var program = ContainerProgram("mongodump")
            program.output = .file(descriptor: file, limit: 1 << 20)
            let problem = await docker.container.problem(of: program)
            #expect(problem?.code == .programMissing)
            #expect(problem?.message.hasPrefix("mongodump in the container gstudio is not there") == true)
            #expect(docker.folder.read("dump") == "before")
            write(file, "+", 1)
            #expect(docker.folder.read("dump") == "before+", "what comes next follows what was there")
        }
    }

    @Test func `a program that the container's own timeout does not find is missing, too`() async {
        let problem = await FakeDocker().container.problem(of: ContainerProgram("no-such-program-of-clix"))
        #expect(problem?.code == .programMissing)
    }

    @Test func `an engine that cannot start anything is not taken for a missing program`() async {
        let docker = FakeDocker(run: "echo 'unable to find user nobody9: no matching entries in passwd file'; exit 126")
        let problem = await docker.container.problem(of: ContainerProgram("id"))
        #expect(problem?.code == .failed(status: 126))
        #expect(problem?.message.contains("unable to find user nobody9") == true)
    }

    @Test func `a container stopped in the middle has cut the program short`() async {
        let docker = FakeDocker(inspect: FakeDocker.stopped, run: "echo half; exit 137")
        let problem = await docker.container.problem(of: ContainerProgram("pg_dumpall"))
        #expect(problem?.code == .ended)
        #expect(
            problem?.message
                == "pg_dumpall in the container gstudio was cut short: the container gstudio is stopped; "
                + "start it: docker start gstudio")
    }

    @Test func `a program killed in a container that goes on has met its memory limit, or somebody`() async {
        let problem = await FakeDocker().container.problem(of: .shell("echo half; kill -9 $$"))
        #expect(problem?.code == .ended)
        #expect(problem?.message.contains("memory limit") == true)
    }

    @Test func `an engine that ended in the middle has cut the program short, whatever it had said`() async {
        for said in ["", "echo 'writing x.Nodes' >&2; "] {
            let docker = FakeDocker(inspect: FakeDocker.unreachable, run: "\(said)echo half; exit 255")
            let problem = await docker.container.problem(of: ContainerProgram("mongodump"))
            #expect(problem?.code == .ended)
            #expect(problem?.message.contains("systemctl start docker") == true)
        }
    }

    @Test func `what a cut run had written is taken back`() async {
        let docker = FakeDocker(run: "echo half; exit 137")
        let file = open(docker.folder.write("", to: "dump"), O_WRONLY)
        defer { close(file) }
        var program = ContainerProgram("pg_dumpall")
        program.output = .file(descriptor: file, limit: 1 << 20)
        #expect(await docker.container.problem(of: program)?.code == .ended)
        #expect(docker.folder.read("dump").isEmpty)
    }

    @Test func `nobody calls docker for someone who is stopping already`() async {
        let docker = FakeDocker()
        let container = docker.container
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await container.problem(of: ContainerProgram("true"))
        }
        #expect(await task.value?.code == .cancelled)
        #expect(docker.calls.isEmpty)
    }
}
