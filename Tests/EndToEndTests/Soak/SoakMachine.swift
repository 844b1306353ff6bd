import Foundation

/// A school's server that is never switched off, under a clock that is moved by hand: one process of the real program,
/// and a store that is there or not, always at the same address.
final class SoakMachine {
    let workspace: Workspace
    let store: StoreProcess
    let source: YearSource
    let daemon: ChildProcess
    let staging: String
    private let docker: YearDocker
    private let clock: SteppedClock
    private let notify: NotifySocket
    private let configuration: String

    /// - Parameter begin: in seconds since 1970.
    init(begin: Int64) throws {
        // What a disk takes to be durable would be most of the week.
        let memory = "/dev/shm"
        let isThere = FileManager.default.isWritableFile(atPath: memory)
        workspace = try Workspace(below: isThere ? memory : NSTemporaryDirectory())
        clock = try SteppedClock(in: workspace, named: "clock")
        try clock.boot(1, wall: begin)
        notify = try NotifySocket(in: workspace)
        docker = try YearDocker(in: workspace)
        store = try StoreProcess(in: workspace, environment: clock.environment)
        try store.serve()
        try Self.keepAddress(of: store)
        let root = try workspace.folder("source")
        try ChildProcess.run("python3", [Project.madeSchool, root, "--small"]).ended(with: 0)
        source = try YearSource(core: "\(root)/home/core", docker: docker, seed: UInt64(begin))
        staging = workspace.path("staging")
        configuration = try workspace.write(
            Self.settings(url: store.url, core: source.core, docker: docker.command, staging: staging),
            to: "school.toml")
        try ChildProcess.run(
            Built.collectd,
            ["enroll", "--store", store.url, "--code", store.addSchool(), "--config", configuration],
            environment: clock.environment
        ).ended(with: 0)
        daemon = try ChildProcess(
            Built.collectd, ["run", "--config", configuration],
            environment: clock.environment.merging(["NOTIFY_SOCKET": notify.path]) { $1 })
        try settle()
    }

    deinit { daemon.signal(SIGKILL) }

    private static func keepAddress(of store: StoreProcess) throws {
        let file = "\(store.data)/store.toml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let kept = text.replacingOccurrences(of: "127.0.0.1:0", with: "127.0.0.1:\(store.port)")
        guard kept != text else { throw ChildProcess.Unexpected(description: "no address in \(text)") }
        try Data(kept.utf8).write(to: URL(fileURLWithPath: file))
    }

    /// What is made at noon has the link, what is made at midnight has not.
    private static func settings(url: String, core: String, docker: String, staging: String) -> String {
        let atNoon = ["db", "gstudio-logs", "nginx-logs", "media"].map {
            "[collect.\($0)]\nschedule = \"*-*-* 12:00\"\n"
        }
        return """
            [store]
            url = "\(url)"
            [source]
            data = "\(core)/data"
            code = "\(core)/code"
            assessment_store = "\(core)/assesment-datastore"
            unplatform = "\(core)/unplatform"
            docker = ["\(docker)"]
            [staging]
            directory = "\(staging)"
            keep_free = "1 MiB"
            [run.progress]
            enabled = false
            \(atNoon.joined())
            """
    }

    var wall: Int64 { clock.wall }

    func pass(minutes: Int64) throws {
        try clock.pass(minutes * 60)
        try settle()
    }

    /// Waits until the service has nothing to do.
    func settle() throws {
        notify.drain()
        clock.ring()
        while true {
            guard let status = notify.status() else {
                throw ChildProcess.Unexpected(description: "no status: \(daemon.text)")
            }
            if status.hasPrefix("waiting") { return }
        }
    }

    // MARK: What befalls it

    func setLink(_ isThere: Bool) throws {
        guard isThere == (store.serving == nil) else { return }
        if isThere { try store.serve() } else { try store.stop() }
    }

    func setContainer(_ isRunning: Bool) throws { try docker.stop(!isRunning) }

    /// - Parameter isGood: whether what it reads can be taken.
    func reload(isGood: Bool) throws {
        let good = try Data(contentsOf: URL(fileURLWithPath: configuration))
        if !isGood {
            try (good + Data("[collect.rcs-repo]\nenabeld = false\n".utf8)).write(
                to: URL(fileURLWithPath: configuration))
        }
        let sentence = isGood ? "the configuration was read again" : "the configuration was not taken"
        let before = linesSaid(sentence)
        daemon.signal(SIGHUP)
        let deadline = Date(timeIntervalSinceNow: 30)
        while linesSaid(sentence) == before {
            guard Date() < deadline else { throw ChildProcess.Unexpected(description: "no reload: \(daemon.text)") }
            usleep(5000)
        }
        try good.write(to: URL(fileURLWithPath: configuration))
        try settle()
    }

    /// Of the service's journal; all lines where no text is wanted.
    func linesSaid(_ wanted: String = "") -> Int {
        daemon.text.split(separator: "\n").count { wanted.isEmpty || $0.contains(wanted) }
    }

    func ask(_ arguments: String...) throws -> ChildProcess.Finished {
        let finished = try ChildProcess.run(
            Built.collectd, arguments + ["--config", configuration], environment: clock.environment)
        try settle()
        return finished
    }
}
