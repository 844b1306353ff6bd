import Glibc
import Testing

@testable import Collecting

/// A docker command that ends leaves what it started behind. Whatever cuts a run short must not.
@Suite(.timeLimit(.minutes(3))) struct `What is cut short in the container` {
    @Test func `at its deadline is ended inside, with what has left its process group`() async throws {
        let docker = FakeDocker()
        var program = ContainerProgram.shell("setsid sleep 1000 & echo $! >\(docker.folder.path)/id; exec sleep 1000")
        program.deadline = .milliseconds(300)
        let problem = await docker.container.problem(of: program)
        #expect(problem?.code == .deadline)
        #expect(problem?.message.contains("raise timeout") == true)
        #expect(isGone(try #require(await docker.id())))
    }

    @Test func `when we are stopping is ended inside, and killed where it does not listen`() async throws {
        let docker = FakeDocker()
        let container = docker.container
        let line = "trap '' TERM; echo $$ >\(docker.folder.path)/id; while :; do sleep 1; done"
        let task = Task { await container.problem(of: .shell(line)) }
        let id = try #require(await docker.id())
        task.cancel()
        let problem = await task.value
        #expect(problem?.code == .cancelled)
        #expect(problem?.message == "sh in the container gstudio was ended because we are stopping")
        #expect(isGone(id))
    }

    @Test func `with the docker command is ended inside`() async throws {
        let docker = FakeDocker(
            run: #"setsid "$@" & while ! [ -s "$here/id" ]; do sleep .05; done; kill -9 $$"#)
        let problem = await docker.container.problem(of: .shell("echo $$ >\(docker.folder.path)/id; exec sleep 1000"))
        #expect(problem?.code == .ended)
        #expect(isGone(try #require(await docker.id())))
    }

    @Test func `because it writes too much is ended inside`() async throws {
        let docker = FakeDocker()
        var program = ContainerProgram.shell(
            "echo $$ >\(docker.folder.path)/id; head -c 5000 /dev/zero; exec sleep 1000")
        program.output = .memory(limit: 4999)
        #expect(await docker.container.problem(of: program)?.code == .outputLost)
        #expect(isGone(try #require(await docker.id())))
    }

    @Test func `because the disk here is full is ended inside, and told from its own faults`() async throws {
        let docker = FakeDocker()
        let file = open("/dev/full", O_WRONLY)
        defer { close(file) }
        var program = ContainerProgram.shell("echo $$ >\(docker.folder.path)/id; echo x; exec sleep 1000")
        program.output = .file(descriptor: file, limit: 100)
        let problem = await docker.container.problem(of: program)
        #expect(problem?.code == .noRoom)
        #expect(problem?.message.contains("there is no room here for what it writes") == true)
        #expect(isGone(try #require(await docker.id())))
    }

    @Test func `leaves other runs alone`() async throws {
        let docker = FakeDocker()
        let container = docker.container
        let other = ContainerProgram.shell(
            "echo $$ >\(docker.folder.path)/other; read line <\(docker.folder.path)/go; echo $line")
        shell("mkfifo \(docker.folder.path)/go")
        async let whole = container.run(other)
        _ = await docker.id("other")
        var program = ContainerProgram("sleep", "1000")
        program.deadline = .milliseconds(1)
        #expect(await container.problem(of: program)?.code == .deadline)
        shell("echo on >\(docker.folder.path)/go")
        #expect(try await whole.output == Array("on\n".utf8))
    }

    @Test func `while the container is paused goes on later, and the sentence says so`() async {
        // The docker command itself hangs then: it comes to the outer deadline.
        let programs = FakePrograms(answers: [
            "docker": { program in
                program.arguments.first == Array("inspect".utf8)
                    ? .success(ProgramResult(ending: .exited(0), output: Array("true true false\n".utf8)))
                    : .failure(ProgramProblem(.deadline, "docker had not ended"))
            }
        ])
        let container = Container(name: "gstudio", command: ["docker"], programs: programs)
        let problem = await container.problem(of: ContainerProgram("mongodump"))
        #expect(problem?.code == .deadline)
        #expect(problem?.message.hasSuffix("may go on in there until its own deadline") == true)
    }
}
