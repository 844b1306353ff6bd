import Foundation

/// A real `clix-store` with its data directory, serving on a free port of the loopback interface.
final class StoreProcess {
    let data: String
    private(set) var serving: ChildProcess?
    private(set) var port = 0
    private let environment: [String: String]

    /// `init`s a data directory: `store` in the workspace, or a given folder (a disk that will lose its power).
    init(
        in workspace: Workspace, data: String? = nil, settings: String = "", environment: [String: String] = [:]
    ) throws {
        self.data = data ?? workspace.path("store")
        self.environment = environment
        try ChildProcess.run(
            Built.store,
            ["init", self.data, "--host", "127.0.0.1", "--host", "localhost", "--listen", "127.0.0.1:0"],
            environment: environment
        ).ended(with: 0)
        if !settings.isEmpty {
            let file = "\(self.data)/store.toml"
            let made = try String(contentsOfFile: file, encoding: .utf8)
            try Data("\(made)\n\(settings)\n".utf8).write(to: URL(fileURLWithPath: file))
        }
    }

    deinit { kill() }

    var url: String { "https://127.0.0.1:\(port)" }
    var tree: String { "\(data)/tree" }
    var authority: String { "\(data)/tls/authority.pem" }

    /// Starts `serve` and waits for the line that says it is ready.
    func serve() throws {
        let process = try ChildProcess(Built.store, ["serve", "--data", data], environment: environment)
        serving = process
        let line = try process.waitForLine(containing: "127.0.0.1:")
        guard let digits = line.components(separatedBy: "127.0.0.1:").last?.prefix(while: \.isNumber),
            let port = Int(digits), port > 0
        else { throw ChildProcess.Unexpected(description: "no port in the ready line: \(line)") }
        self.port = port
    }

    /// As an administrator stops it.
    func stop() throws {
        serving?.signal(SIGTERM)
        try serving?.wait(within: 60).ended(with: 0)
        serving = nil
    }

    /// As power does, except for what the kernel still writes.
    func kill() {
        serving?.signal(SIGKILL)
        _ = try? serving?.wait(within: 60)
        serving = nil
    }

    /// One command of `clix-store` on this store, whether it serves or not.
    func command(_ arguments: String...) throws -> ChildProcess.Finished {
        try ChildProcess.run(Built.store, arguments + ["--data", data], environment: environment)
    }

    /// Adds a school and gives its one-time code.
    func addSchool(
        _ id: String = "mz150", code: String = "2039150", name: String = "Govt. Made-up H/S & Hostel"
    ) throws
        -> String
    {
        let added = try command("school", "add", id, "--code", code, "--name", name).ended(with: 0)
        return added.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func newCode(for id: String) throws -> String {
        try command("school", "code", id).ended(with: 0).output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// `verify --all`, which has to find nothing.
    func verifyEverything() throws {
        try command("verify", "--all").ended(with: 0)
    }

    /// How many snapshots `log` lists of a dataset: its lines that begin with a year.
    func snapshotCount(of dataset: String, school: String = "mz150") throws -> Int {
        let log = try command("log", school, dataset).ended(with: 0)
        return log.lines.count { $0.hasPrefix(collectionYear) }
    }
}

extension Date {
    /// As `--at` takes it, to the millisecond.
    var timeArgument: String { formatted(ISO8601FormatStyle(includingFractionalSeconds: true)) }
}
