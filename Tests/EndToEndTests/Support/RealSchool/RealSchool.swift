import Foundation
import Testing

/// A school's server as the field has it: the container `gstudio` in a real Docker engine, with real PostgreSQL, nginx,
/// git and RCS in it, stand-ins for MongoDB's tools and gStudio's programs, and a made-up school's folders on the host.
///
/// The container is called as in the field, so there is one at a time; the next one replaces it.
final class RealSchool {
    enum Layout: String {
        /// Code and qbank's files are in the container only; the host has copies of the settings.
        case since2017 = "2017"
        /// They are folders of the host.
        case since2018 = "2018"
    }

    static let container = "gstudio"
    /// Whoever finds one of these in what a program prints has found a leak. Of tokens the end is looked for: `made-up` itself is
    /// a secret of the settings, and masked wherever it stands.
    static let secrets = ["-token-", "made-up-password", "pbkdf2_sha256$12000$", "SCRAM-SHA-256$"]

    let engine: DockerEngine
    let layout: Layout
    /// The root of the host's folders.
    let source: String
    var core: String { "\(source)/home/core" }
    let knobs: Knobs
    private let workspace: Workspace

    /// - Parameters:
    ///   - memory: the container's limit, as Docker takes it: `64m`.
    ///   - make: for `made_school.py`, such as another identity.
    ///   - more: for `docker run`, such as a small disk for a folder inside.
    init(
        in workspace: Workspace, layout: Layout = .since2018, memory: String? = nil, make: [String] = ["--small"],
        more: [String] = []
    ) throws {
        engine = try DockerEngine.shared.get()
        let image = try RealSchool.image.get()
        (self.workspace, self.layout) = (workspace, layout)
        source = try workspace.folder("real-school")
        knobs = try Knobs(folder: workspace.folder("real-school-knobs"))
        try ChildProcess.run("python3", [Project.madeSchool, source] + make).ended(with: 0)
        try docker("rm", "--force", RealSchool.container)
        let fill = "/usr/local/lib/clix-fixture/fill-host"
        try docker("run", "--rm", "--network", "none", "-v", "\(core):/host", image, fill, layout.rawValue)

        let hostname = layout == .since2018 ? "clixserver.tiss.edu" : "mz150"
        var arguments = ["run", "--detach", "--name", RealSchool.container, "--restart", "always", "--network", "none"]
        arguments += ["--hostname", hostname, "--add-host", "\(hostname):127.0.0.1"]
        if let memory { arguments += ["--memory", memory] }
        for (outside, inside) in [("\(knobs.folder)", "/etc/clix-stand-in")] + mounts {
            arguments += ["-v", "\(outside):\(inside)"]
        }
        try engine.run(arguments + more + [image]).ended(with: 0)
        try waitUntilReady()
        if layout == .since2017 {
            try shell("cp /data/{server,local}_settings.py /home/docker/code/gstudio/gnowsys-ndf/gnowsys_ndf/")
        }
    }

    deinit { _ = try? engine.run(["rm", "--force", RealSchool.container]) }

    private var mounts: [(String, String)] {
        var mounts = [("data", "/data"), ("backups", "/backups"), ("setup-software", "/softwares")]
        if layout == .since2018 {
            let store = "/home/docker/code/gstudio/gnowsys-ndf/qbank-lite/webapps/CLIx/datastore"
            mounts += [("code", "/home/docker/code"), ("assesment-datastore", store), ("static", "/static")]
        }
        return mounts.map { ("\(core)/\($0)", $1) }
    }

    /// `[source]` lines for the school's configuration.
    var sourceLines: String {
        """
        data = "\(core)/data"
        code = "\(core)/code"
        assessment_store = "\(core)/assesment-datastore"
        unplatform = "\(core)/unplatform"
        container = "\(RealSchool.container)"
        docker = [\(engine.command.map { "\"\($0)\"" }.joined(separator: ", "))]
        """
    }

    /// One of Docker's commands that has to succeed: stop, start, pause, unpause, kill, restart, rm.
    @discardableResult
    func docker(_ arguments: String...) throws -> ChildProcess.Finished { try engine.run(arguments).ended(with: 0) }

    /// Waits until the services in the container run, as after each start.
    func waitUntilReady() throws {
        try shell("until [ -e /dev/shm/fixture-is-ready ]; do sleep 0.05; done")
    }

    /// A program in the container, to its end.
    func run(
        _ arguments: String..., user: String = "root", input: Data? = nil, within seconds: Double = 120
    ) throws -> ChildProcess.Finished {
        let command = ["exec", "-u", user] + (input == nil ? [] : ["-i"]) + [RealSchool.container]
        return try engine.run(command + arguments, input: input, within: seconds)
    }

    /// Lines for bash in the container, which have to succeed.
    @discardableResult
    func shell(_ script: String, input: Data? = nil) throws -> ChildProcess.Finished {
        try run("bash", "-euo", "pipefail", "-c", script, input: input).ended(with: 0)
    }

    /// Whether a process whose command line has this in it runs in the container; zombies do not.
    func isRunning(_ pattern: String) throws -> Bool {
        let processes = try run("ps", "-e", "-o", "args=").ended(with: 0)
        return processes.lines.contains { $0.contains(pattern) && !$0.contains("<defunct>") }
    }
}

extension RealSchool {
    /// Imported once into the engine. Made when this machine has not made it yet, which takes minutes.
    private static let image = Result {
        let build = try ChildProcess.run(Project.realSchool("build-image.sh"), [], within: 1200).ended(with: 0)
        guard let tar = build.lines.last else { throw ChildProcess.Unexpected(description: "no image: \(build)") }
        let name = "made-up-school:1"
        let change = "CMD [\"/usr/local/bin/start-services\"]"
        try DockerEngine.shared.get().run(["import", "--change", change, tar, name], within: 600).ended(with: 0)
        return name
    }

    /// Tried once; where it is not possible the reason is printed, beside each skipped test's.
    static let isPossible: Bool = {
        do {
            _ = try (DockerEngine.shared.get(), image.get())
            return true
        } catch {
            FileHandle.standardError.write(Data("tests with a real school's container are skipped: \(error)\n".utf8))
            return false
        }
    }()
}

extension Trait where Self == ConditionTrait {
    static var needsRealSchool: Self {
        .enabled(if: RealSchool.isPossible, "needs root, Docker's engine, and a Debian tree made by debootstrap")
    }
}
