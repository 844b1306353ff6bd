import Foundation
import Synchronization

/// A Docker engine of the tests' own: one for the whole run, started by the first test that needs it. Everything of it
/// is below one folder with a short path (a socket's path is at most 107 bytes), outside of the checkout.
///
/// It ends with the tests in whatever way they end: `engine-guard.sh` waits for this process to be gone.
final class DockerEngine: Sendable {
    static let shared = Result { try DockerEngine() }

    let directory: String
    /// The words before each of Docker's commands; the school's configuration takes them as `[source] docker`.
    let command: [String]
    private let daemon: Mutex<ChildProcess>
    private let guardian: ChildProcess
    private let aliveDescriptor: Int32

    private init() throws {
        guard Machine.isRoot else { throw ChildProcess.Unexpected(description: "Docker's engine needs root") }
        var template = Array("/tmp/clix-docker.XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw ChildProcess.Unexpected(description: "no folder in /tmp") }
        directory = String(cString: made)
        command = ["docker", "-H", "unix://\(directory)/docker.sock"]
        // From here on the guard removes what was made. Opening its pipe waits until it reads there.
        try ChildProcess.succeed("mkfifo", "\(directory)/alive")
        guardian = try ChildProcess("setsid", [Project.realSchool("engine-guard.sh"), directory])
        aliveDescriptor = open("\(directory)/alive", O_WRONLY | O_CLOEXEC)
        daemon = try Mutex(DockerEngine.startDaemon(in: directory))
        atexit { if case .success(let engine) = DockerEngine.shared { engine.end() } }
    }

    /// In a session of its own: what ends the tests from a terminal is for the guard to hear.
    private static func startDaemon(in directory: String) throws -> ChildProcess {
        let daemon = try ChildProcess(
            "setsid",
            [
                "dockerd", "--data-root", "\(directory)/data", "--exec-root", "\(directory)/exec",
                "--pidfile", "\(directory)/docker.pid", "-H", "unix://\(directory)/docker.sock", "--bridge=none",
                "--iptables=false", "--ip6tables=false", "--storage-driver=overlay2",
            ])
        _ = try daemon.waitForLine(containing: "API listen on", within: 60)
        return daemon
    }

    private func end() {
        close(aliveDescriptor)
        _ = try? guardian.wait(within: 90)
    }

    /// As a crash or the kernel's memory killer ends it; containers go on without it for now.
    func killDaemon() throws {
        try daemon.withLock { daemon in
            daemon.signal(SIGKILL)
            _ = try daemon.wait()
        }
        // Its helper dies with it, a moment later. Whoever should collect that process may not, and the next engine
        // would take it for alive.
        let helper = "\(directory)/exec/containerd/containerd.pid"
        let wait = "until grep -qs '^State:.Z' /proc/$(cat $0)/status || ! [ -e /proc/$(cat $0) ]; do sleep 0.02; done"
        try ChildProcess.run("bash", ["-c", "\(wait); rm $0", helper], within: 30).ended(with: 0)
    }

    /// As its service manager does after a crash. Containers with a restart policy come back.
    func startDaemonAgain() throws {
        try daemon.withLock { $0 = try DockerEngine.startDaemon(in: directory) }
    }

    /// One of Docker's commands, to its end.
    func run(_ arguments: [String], input: Data? = nil, within seconds: Double = 120) throws -> ChildProcess.Finished {
        try ChildProcess.run(command[0], command.dropFirst() + arguments, input: input, within: seconds)
    }

    /// One of Docker's commands, begun: for tests that do something meanwhile.
    func start(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(command[0], command.dropFirst() + arguments)
    }
}

extension Project {
    /// A file of the recipe for the real school.
    static func realSchool(_ name: String) -> String { "\(folder)/scripts/real_school/\(name)" }
}
