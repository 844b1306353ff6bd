import Foundation
import Staging
import Testing

@testable import SchoolDaemon

/// The built program, as a person or a script runs it.
@Suite("The command clix-collectd")
struct CommandLineTests {
    struct Run {
        let code: Int32
        let output: String
        let errors: String
    }

    private func run(_ arguments: String..., input: String = "") throws -> Run {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.built)
        process.arguments = arguments
        let (output, errors, standardInput) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = standardInput
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        // Both are far smaller than a pipe holds, so reading one after the other cannot block the program.
        let texts = [output, errors].map {
            String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        process.waitUntilExit()
        return Run(code: process.terminationStatus, output: texts[0], errors: texts[1])
    }

    /// The folder of built products, from the place of the test bundle or, failing that, of this file.
    static let built: String = {
        let beside =
            CommandLine.arguments[0].split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/clix-collectd"
        if FileManager.default.isExecutableFile(atPath: beside) { return beside }
        let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        return root + "/.build/debug/clix-collectd"
    }()

    private func configuration(of made: MadeSchool, serverID: String = "mz150", more: String = "") throws -> String {
        try made.file("data/server_settings.py", "GSTUDIO_INSTITUTE_ID ='\(serverID)'\n")
        try made.file("data/gstudio-logs/export.log", "a line\n")
        try made.file(
            "collectd.toml",
            """
            [source]
            data = "\(made.root)/data"
            code = "\(made.root)/code"
            assessment_store = "\(made.root)/store"
            unplatform = "\(made.root)/unplatform"
            [staging]
            directory = "\(made.root)/staging"
            budget = "1 GiB"
            keep_free = "0 B"
            \(more)
            """)
        return made.root + "/collectd.toml"
    }

    @Test("lists the commands that there are, with an example each, and no others")
    func help() throws {
        let help = try run("--help")
        #expect(help.code == 0)
        for command in ["check", "enroll", "collect", "run-script", "upload", "sources", "status"] {
            #expect(help.output.contains("\n  \(command)"))
            let own = try run(command, "--help")
            #expect(own.code == 0)
            #expect(own.output.contains("Example: clix-collectd \(command)"))
            #expect(own.output.contains("--config <file>"))
        }
        for later in ["export", "import-receipts"] { #expect(!help.output.contains(later)) }
    }

    @Test("ends with 64 for wrong usage and 78 for a wrong configuration, and says where")
    func wrong() throws {
        #expect(try run("colect").code == 64)
        let dataset = try run("collect", "heartbeet")
        #expect(dataset.code == 64)
        #expect(dataset.errors.contains("did you mean heartbeat?"))
        #expect(try run("check", "--config", "/nonexistent").code == 78)
        let made = try MadeSchool()
        let path = try configuration(of: made, more: "budgit = 1")
        let wrong = try run("status", "--config", path)
        #expect(wrong.code == 78)
        #expect(wrong.errors.hasPrefix("\(path):10:1: unknown key \"budgit\" in [staging]; did you mean \"budget\"?"))
        #expect(wrong.output.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: made.root + "/staging"))
    }

    @Test("collects, tells it as a story, and knows it afterwards; twice is nothing new")
    func collects() throws {
        let made = try MadeSchool()
        let path = try configuration(of: made)
        let first = try run("collect", "gstudio-logs", "server-settings", "--config", path)
        #expect(first.code == 0, "\(first)")
        #expect(first.errors.contains("gstudio-logs: 1 file, 7 bytes, complete"))
        #expect(first.output.isEmpty)
        let second = try run("collect", "gstudio-logs", "--quiet", "--config", path)
        #expect(second.code == 0)
        #expect(second.errors.isEmpty)
        let status = try run("status", "--config", path)
        #expect(status.code == 0)
        #expect(status.output.contains("gstudio-logs"))
        #expect(status.output.contains("not enrolled"))
        let json = try run("status", "--json", "--config", path)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        let datasets = try #require(object["datasets"] as? [[String: Any]])
        #expect(datasets.map { $0["dataset"] as? String } == ["server_settings.py", "gstudio-logs"])
        #expect(datasets.last?["waiting_bytes"] as? Int == 7)
    }

    @Test("runs one of the platform's scripts, collects what it made at once, and quotes one that failed")
    func runScript() throws {
        let made = try MadeSchool()
        let path = try configuration(of: made)
        try made.file(
            "docker",
            """
            case $1 in
            inspect) echo true false false ;;
            top) printf 'PID COMMAND\\n1 sleep infinity\\n' ;;
            *)
                case $* in
                *'manage.py activity_timestamp green-apple-mz150')
                    mkdir -p '\(made.root)/data/activity-timestamp-csvs'
                    echo Unit >'\(made.root)/data/activity-timestamp-csvs/mz150-green-apple.csv' ;;
                *crontab*) ;;
                *) echo 'IOError: made up' >&2; exit 3 ;;
                esac ;;
            esac
            """)
        let settings = try String(contentsOfFile: path, encoding: .utf8)
        func configure(docker: String) throws {
            try made.file(
                "collectd.toml",
                settings.replacingOccurrences(of: "[staging]", with: "docker = [\(docker)]\n[staging]"))
        }
        try configure(docker: "\"sh\", \"\(made.root)/docker\"")
        let user = try run(
            "run-script", "activity-timestamps", "--user", "green-apple-mz150", "--config", path)
        #expect(user.code == 0, "\(user)")
        #expect(user.output.isEmpty)
        #expect(user.errors.contains("activity_timestamp has made its activity tables"))
        #expect(user.errors.contains("activity-timestamp-csvs: 1 file, 5 bytes, complete"))
        let failed = try run("run-script", "progress", "--quiet", "--config", path)
        #expect(failed.code == 1)
        #expect(failed.errors.hasSuffix("ended with status 3; the last that it said:\n  IOError: made up\n"))
        try configure(docker: "\"/nonexistent/docker\"")
        #expect(try run("run-script", "progress", "--config", path).code == 69)

        let slip = try run("run-script", "progess", "--config", path)
        #expect(slip.code == 64)
        #expect(slip.errors.contains("did you mean progress?"))
        #expect(try run("run-script", "progress", "--user", "green-apple-mz150", "--config", path).code == 64)
        #expect(try run("run-script", "activity-timestamps", "--user", "a;b", "--config", path).code == 64)
        #expect(try run("run-script", "progress", "--config", "/nonexistent").code == 78)
    }

    @Test("tells how things stand while another process is at work, which collect leaves alone")
    func besideAnother() throws {
        let made = try MadeSchool()
        let path = try configuration(of: made)
        #expect(try run("collect", "gstudio-logs", "--config", path).code == 0)
        // As another clix-collectd holds it.
        let lock = open(made.root + "/staging/state/lock", O_RDWR)
        defer { close(lock) }
        try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let status = try run("status", "--config", path)
        #expect(status.code == 0, "\(status)")
        #expect(status.output.contains("gstudio-logs"))
        #expect(try run("collect", "--config", path).code == 75)
    }

    @Test("keeps the old tree and says so when the disk with the school's data is gone")
    func unmounted() throws {
        let made = try MadeSchool()
        let path = try configuration(of: made)
        #expect(try run("collect", "gstudio-logs", "--config", path).code == 0)
        try FileManager.default.removeItem(atPath: made.root + "/data")
        let gone = try run("collect", "gstudio-logs", "--config", path)
        #expect(gone.code == 1, "\(gone)")
        #expect(gone.errors.contains("gstudio-logs"))
        #expect(gone.errors.contains("there is no \(made.root)/data"))
        #expect(gone.errors.contains("taken for mz150, as before"))
    }

    @Test("does not send anything for a server that nobody set up, nor for a code with a slip, nor before enrolment")
    func refused() throws {
        let made = try MadeSchool()
        let fresh = try configuration(of: made, serverID: "sp100")
        let unconfigured = try run("enroll", "--store", "https://127.0.0.1:1", "--code", "x", "--config", fresh)
        #expect(unconfigured.code == 78)
        #expect(unconfigured.errors.contains("server_settings.py"))
        let path = try configuration(of: made)
        let slip = try run(
            "enroll", "--store", "https://127.0.0.1:1", "--code", "-", "--config", path, input: "CLIX1-AB\n")
        #expect(slip.code == 64)
        #expect(slip.errors.contains("slip"))
        #expect(!slip.errors.contains("CLIX1-AB"))
        #expect(try run("enroll", "--store", "https://127.0.0.1:1", "--config", path).code == 64)
        #expect(try run("enroll", "--store", "http://127.0.0.1:1", "--code", "x", "--config", path).code == 64)
        #expect(try run("upload", "--config", path).code == 78)  // no store is known
        let set = try configuration(of: made, more: "[store]\nurl = \"https://127.0.0.1:1\"")
        #expect(try run("upload", "--config", set).code == 77)
    }

    @Test("beside a running service tells a server that nobody set up so before it asks for the code")
    func unconfiguredBesideService() throws {
        let made = try MadeSchool()
        let path = try configuration(of: made, serverID: "sp100")
        let files = InstallationFiles(stagingDirectory: made.root + "/staging")
        try made.folder("staging")
        try files.makeDirectory()
        let socket = try DaemonSocket(in: files) { if case .asked(let call) = $0 { call.caller.finish(.ok) } }
        defer { socket.close() }
        // With no code on standard input: who asks for it would end with 64.
        let refused = try run("enroll", "--store", "https://127.0.0.1:1", "--config", path)
        #expect(refused.code == 78, "\(refused)")
        #expect(refused.errors.contains("server_settings.py"))
    }

    @Test(
        "run by root acts as the owner of the state directory, and still reads what only root may read",
        .enabled(if: geteuid() == 0, "needs root: it becomes another user"))
    func owner() throws {
        let made = try MadeSchool()
        let path = try configuration(of: made)
        try made.folder("staging")
        let nobody: (user: uid_t, group: gid_t) = (65534, 65534)
        #expect(chown(made.root + "/staging", nobody.user, nobody.group) == 0)
        #expect(chmod(made.root, 0o711) == 0)
        #expect(chmod(made.root + "/data/gstudio-logs/export.log", 0o600) == 0)
        let collected = try run("collect", "gstudio-logs", "--config", path)
        #expect(collected.code == 0, "\(collected)")
        #expect(try run("status", "--config", path).code == 0)
        let inside = FileManager.default.enumerator(atPath: made.root + "/staging")
        var count = 0
        while let name = inside?.nextObject() as? String {
            var status = stat()
            #expect(lstat("\(made.root)/staging/\(name)", &status) == 0)
            #expect(status.st_uid == nobody.user, "\(name)")
            count += 1
        }
        #expect(count > 5)
    }
}
