import Glibc

@testable import Collecting

/// A docker command whose container is this machine: what it starts "inside" has a session of its own, and goes on when
/// the command is killed, as with the real one.
///
/// Faults that it can be made to have: every answer of the engine's, by the shell lines that stand for it.
final class FakeDocker: Sendable {
    let folder = TemporaryFolder()

    /// - Parameters:
    ///   - inspect: what is done for `docker inspect`.
    ///   - run: what is done for a program of ours, of which `"$@"` is the command line inside. It is nothing that ends
    ///     what a run has left, nor the question for ionice: those always work.
    ///   - probe: what is done to see whether there is an ionice.
    ///   - top: what is done for `docker top`.
    init(
        inspect: String = FakeDocker.running, run: String = #"inside "$@""#, probe: String = #"inside "$@""#,
        top: String = "exit 9"
    ) {
        folder.write(
            """
            #!/bin/sh
            here='\(folder.path)'
            inside() { setsid "$@" </dev/null & wait $!; }
            echo "$*" >>"$here/calls"
            verb=$1
            shift
            case $verb in
            inspect)
            \(inspect)
            ;;
            top)
            \(top)
            ;;
            exec)
                [ "$1" = -u ] && shift 2
                [ "$1" = gstudio ] || exit 64
                shift
                case $1 in
                env)
            \(run)
                ;;
                ionice)
            \(probe)
                ;;
                *) inside "$@" ;;
                esac
                ;;
            *) exit 64 ;;
            esac
            """, to: "docker", mode: 0o755)
    }

    static let running = "echo true false false"
    static let stopped = "echo false false false"
    static let paused = "echo true true false"
    static let restarting = "echo true false true"
    static let unreachable = FakeDocker.refusal(
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?")

    /// The docker command says this, and ends with 1.
    static func refusal(_ text: String) -> String { "echo '\(text)' >&2; exit 1" }

    var container: Container { container(outageLasts: .zero) }

    func container(outageLasts: Duration) -> Container {
        Container(
            name: "gstudio", command: [folder.path + "/docker"], programs: Holding(docker: self),
            outageLasts: outageLasts)
    }

    /// Runs real programs, and keeps the docker that they are run by: a test may have nothing but the container.
    ///
    /// What is asked of the engine itself has more patience than in the field: tests beside this one may keep this machine
    /// busy for longer than the 20 s after which a school's engine counts as hanging. A program of ours (`env …`) keeps
    /// its deadline.
    private struct Holding: ProgramRunner {
        let docker: FakeDocker

        func run(_ program: Program) async throws(ProgramProblem) -> ProgramResult {
            var program = program
            if !program.arguments.contains(Array("env".utf8)) { program.deadline = .seconds(600) }
            return try await SubprocessRunner().run(program)
        }
    }

    /// The command lines that docker was called with.
    var calls: [String] { folder.read("calls").split(separator: "\n").map(String.init) }

    /// The process id that something inside wrote, as soon as it is there; nil after 20 s without it. Waits without holding
    /// a thread, which the run that is waited for may need.
    func id(_ file: String = "id") async -> pid_t? {
        for _ in 0..<400 {
            if let id = pid_t(folder.read(file).dropLast()) { return id }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }
}

/// Whether a process is gone, or a zombie that nobody but its new parent can reap.
func isGone(_ id: pid_t) -> Bool {
    guard let status = try? SmallFile.read("/proc/\(id)/stat", limit: 4096) else { return true }
    return String(decoding: status, as: UTF8.self).contains(") Z ")
}

extension Container {
    /// What a run came to, if not to a success.
    /// The usual deadline is lifted: tests beside this one may keep its answer waiting longer than any field would.
    func problem(of program: ContainerProgram) async -> ContainerProblem? {
        var program = program
        if program.deadline == ContainerProgram("").deadline { program.deadline = .seconds(3600) }
        do {
            _ = try await run(program)
            return nil
        } catch {
            return error
        }
    }
}

extension ContainerProgram {
    static func shell(_ line: String) -> ContainerProgram { ContainerProgram("sh", "-c", line) }
}
