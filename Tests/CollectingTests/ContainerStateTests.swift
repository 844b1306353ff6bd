import Testing

@testable import Collecting

/// Each state as the engine's versions tell it, in their own words.
@Suite struct `The state of the container` {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let inspect: String
        let code: ContainerProblem.Code
        /// A part of the sentence that says what to do.
        let advice: String

        var testDescription: String { name }

        init(_ name: String, _ inspect: String, _ code: ContainerProblem.Code, _ advice: String) {
            self.name = name
            self.inspect = inspect
            self.code = code
            self.advice = advice
        }
    }

    static let cases: [Case] = [
        .init("stopped", FakeDocker.stopped, .stopped, "docker start gstudio"),
        .init("paused", FakeDocker.paused, .paused, "docker unpause gstudio"),
        .init("restarting", FakeDocker.restarting, .restarting, "docker logs gstudio"),
        .init("no engine", FakeDocker.unreachable, .engineUnreachable, "systemctl start docker"),
        .init(
            "no engine, in the words of 1.10",
            FakeDocker.refusal("Cannot connect to the Docker daemon. Is the docker daemon running on this host?"),
            .engineUnreachable, "systemctl start docker"),
        .init(
            "no right to ask",
            FakeDocker.refusal("permission denied while trying to connect to the Docker daemon socket"),
            .accessDenied, "SupplementaryGroups=docker"),
        .init("no such container", FakeDocker.refusal("Error: No such container: gstudio"), .missing, "docker ps -a"),
        .init(
            "no such container, in the words of podman", FakeDocker.refusal("Error: no such object: gstudio"), .missing,
            "docker ps -a"),
        .init(
            "an engine too old for the command",
            FakeDocker.refusal(
                "Error response from daemon: client version 1.50 is too new. Maximum supported API version is 1.22"),
            .engineUnreachable, "DOCKER_API_VERSION"),
        .init("an answer to another question", "echo yes", .engineUnreachable, "something else"),
    ]

    @Test(arguments: cases) func `that is no good is told apart, with what to do`(_ one: Case) async {
        guard case .problem(let problem) = await FakeDocker(inspect: one.inspect).container.state() else {
            Issue.record("taken for running")
            return
        }
        #expect(problem.code == one.code)
        #expect(problem.message.contains(one.advice), "\(problem.message)")
        #expect(!problem.message.contains("\n"))
    }

    @Test(arguments: cases) func `explains a program that could not be run`(_ one: Case) async {
        // Of a docker that cannot come to the container, exec says 1 like a program that failed.
        let docker = FakeDocker(inspect: one.inspect, run: FakeDocker.refusal("Error response from daemon: no"))
        #expect(await docker.container.problem(of: ContainerProgram("true"))?.code == one.code)
    }

    @Test func `running is one short call`() async {
        let docker = FakeDocker()
        guard case .running = await docker.container.state() else {
            Issue.record("not taken for running")
            return
        }
        #expect(docker.calls.count == 1)
    }

    @Test func `without a docker command is told before anything else`() async {
        let container = Container(name: "gstudio", command: ["no-docker-of-clix"], programs: SubprocessRunner())
        guard case .problem(let problem) = await container.state() else {
            Issue.record("taken for running")
            return
        }
        #expect(problem.code == .commandMissing)
        #expect(problem.message.contains("no no-docker-of-clix command on this machine"))
        #expect(await container.problem(of: ContainerProgram("true"))?.code == .commandMissing)
        await #expect(throws: ContainerProblem.self) { try await container.commandLines() }
    }

    @Test func `that can be asked tells its command lines`() async throws {
        let docker = FakeDocker(
            top:
                #"[ "$*" = "gstudio -eo pid,args" ] && printf 'PID    COMMAND\n17     nginx: master process\n 4242  mongodump --db x\n'"#
        )
        #expect(try await docker.container.commandLines() == ["nginx: master process", "mongodump --db x"])
    }

    @Test func `that stands still has no command lines, and says why`() async {
        let docker = FakeDocker(inspect: FakeDocker.stopped, top: FakeDocker.refusal("Container 1 is not running"))
        do {
            _ = try await docker.container.commandLines()
            Issue.record("taken for an answer")
        } catch {
            #expect(error.code == .stopped)
        }
    }

    @Test func `that is no good is asked for once in a while, and again once that is over`() async {
        let docker = FakeDocker(inspect: FakeDocker.unreachable)
        let known = docker.container(outageLasts: .seconds(600))
        for _ in 1...3 {
            guard case .problem(let problem) = await known.state() else {
                Issue.record("not as the engine says")
                return
            }
            #expect(problem.code == .engineUnreachable)
            #expect(await known.problem(of: ContainerProgram("id"))?.code == .engineUnreachable)
        }
        #expect(docker.calls.count == 1)
        let forgotten = docker.container(outageLasts: .zero)
        for _ in 1...3 { _ = await forgotten.state() }
        #expect(docker.calls.count == 4)
    }

    @Test func `that a run broke off by keeps no other run from being tried`() async {
        let docker = FakeDocker(inspect: FakeDocker.stopped, run: "exit 137")
        let container = docker.container(outageLasts: .seconds(600))
        for _ in 1...2 { #expect(await container.problem(of: ContainerProgram("id"))?.code == .ended) }
    }

    @Test func `that is good is asked for each time`() async {
        let docker = FakeDocker()
        let container = docker.container(outageLasts: .seconds(600))
        for _ in 1...3 {
            guard case .running = await container.state() else {
                Issue.record("not as the engine says")
                return
            }
        }
        #expect(docker.calls.count == 3)
    }
}
