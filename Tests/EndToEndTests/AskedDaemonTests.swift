import Foundation
import Testing

extension EndToEnd {
    /// Commands that a person types while the daemon is at work.
    @Suite("Beside the daemon", .timeLimit(.minutes(5)))
    struct AskedDaemonTests {
        /// A school whose Docker is a program of the tests' own, in which the script `progress` does not end.
        private func sceneWithScripts() throws -> Scene {
            let scene = try Scene()
            let program = try scene.workspace.write(
                """
                case $1 in
                inspect) echo true false false ;;
                top) printf 'PID COMMAND\\n1 sleep infinity\\n' ;;
                *)
                    case $* in
                    *crontab*) ;;
                    *activity_timestamp*) echo 'IOError: made up' >&2; exit 3 ;;
                    *export_users_analytics*) echo begun >>'\(scene.workspace.path("begun"))'; exec sleep 300 ;;
                    *) exit 1 ;;
                    esac ;;
                esac
                """, to: "docker")
            let path = scene.school.configuration
            let text = try String(contentsOfFile: path, encoding: .utf8)
                .replacingOccurrences(of: "[source]", with: "[source]\ndocker = [\"sh\", \"\(program)\"]")
            // Only a person runs it.
            try Data((text + "[run.progress]\nenabled = false\n").utf8).write(to: URL(fileURLWithPath: path))
            return scene
        }

        /// `run-script progress`, in the middle of its run.
        private func startedProgress(_ scene: Scene) throws -> ChildProcess {
            let mark = scene.workspace.path("begun")
            try? FileManager.default.removeItem(atPath: mark)
            let asked = try scene.school.start("run-script", "progress")
            let deadline = Date(timeIntervalSinceNow: 60)
            while !FileManager.default.fileExists(atPath: mark), Date() < deadline { usleep(50_000) }
            try #require(FileManager.default.fileExists(atPath: mark), "\(asked.text)")
            return asked
        }

        private func started(_ scene: Scene) throws -> ChildProcess {
            let daemon = try scene.school.start("run")
            _ = try daemon.waitForLine(containing: "collects into")
            return daemon
        }

        private func ended(_ daemon: ChildProcess) throws -> ChildProcess.Finished {
            daemon.signal(SIGTERM)
            return try daemon.wait(within: 10).ended(with: 0)
        }

        /// Without what differs from pass to pass: how much was read anew, and that it had to wait.
        private func story(_ finished: ChildProcess.Finished) -> [String] {
            finished.errors.split(separator: "\n").map { String($0).components(separatedBy: ", complete")[0] }
                .filter { !$0.hasPrefix("the service is ") }
        }

        @Test("collect and upload end as without it, with the same lines, on the same streams")
        func sameStory() throws {
            let scene = try Scene()
            let names = ["server-settings", "rcs-repo", "gstudio-logs"]
            let collect = ["collect", "--verbose"] + names
            func run(_ arguments: [String]) throws -> ChildProcess.Finished {
                try scene.school.start(arguments).wait(within: 120)
            }
            _ = try run(collect).ended(with: 0)
            _ = try run(["upload"]).ended(with: 0)
            let (alone, nothingNew) = try (run(collect).ended(with: 0), run(["upload"]).ended(with: 0))

            let daemon = try started(scene)
            defer { daemon.signal(SIGKILL) }
            let beside = try run(collect).ended(with: 0)
            // Alone, root says as whom it acts.
            #expect(story(beside) == story(alone).filter { !$0.hasPrefix("acting as ") })
            #expect(beside.output == alone.output)
            let quiet = try run(["collect", "--quiet"] + names).ended(with: 0)
            #expect(quiet.errors.isEmpty)
            #expect(quiet.output.isEmpty)
            let upload = try run(["upload"]).ended(with: 0)
            #expect(upload.errors.contains("sent, ") == nothingNew.errors.contains("sent, "))
            try run(["collect", "made-up"]).ended(with: 64)

            let journal = try ended(daemon).errors
            #expect(journal.contains("asks for: collect server_settings.py rcs-repo gstudio-logs"))
            #expect(!FileManager.default.fileExists(atPath: scene.school.staging + "/state/daemon.sock"))
            try run(collect).ended(with: 0)
        }

        @Test("enroll is taken at once: what was collected before is at the store without a restart, the code nowhere")
        func enroll() throws {
            let scene = try Scene(isEnrolled: false)
            let daemon = try started(scene)
            defer { daemon.signal(SIGKILL) }
            _ = try daemon.waitForLine(containing: "not enrolled")
            try scene.school.command("collect", "server-settings").ended(with: 0)
            let code = try scene.store.addSchool()
            let enrolling = try ChildProcess(
                Built.collectd, ["enroll", "--code", "-", "--config", scene.school.configuration],
                input: Data((code + "\n").utf8))
            let enrolled = try enrolling.wait(within: 60).ended(with: 0)
            #expect(enrolled.output.hasPrefix("mz150 is enrolled at \(scene.url) as "))
            #expect(enrolled.lines.count == 1)
            // By its own patience it would come again after a quarter of an hour.
            _ = try daemon.waitForLine(containing: "server_settings.py \(collectionYear): ", within: 60)
            let journal = try ended(daemon).errors
            #expect(journal.contains("asks for: enroll"))
            #expect(!journal.contains("CLIX1"))
        }

        @Test("run-script is run by it, fails as without it, and is given up with Ctrl-C, alone")
        func runScript() throws {
            let scene = try sceneWithScripts()
            let daemon = try started(scene)
            defer { daemon.signal(SIGKILL) }
            let failed = try scene.school.command("run-script", "activity-timestamps", "--quiet").ended(with: 1)
            #expect(failed.errors.hasSuffix("ended with status 3; the last that it said:\n  IOError: made up\n"))

            let given = try startedProgress(scene)
            // The daemon sees no difference to Ctrl-C, a signal that programs started by tests may have blocked.
            given.signal(SIGKILL)
            try given.wait(within: 10).ended(with: 128 + SIGKILL)
            _ = try daemon.waitForLine(containing: "run-script progress, as a person asked, was given up", within: 60)
            try scene.school.command("collect", "heartbeat").ended(with: 0)
            _ = try ended(daemon)
        }

        @Test("what the store has committed is told of each dataset once, in the journal too, also of an asked upload")
        func committed() throws {
            let scene = try Scene()
            let daemon = try started(scene)
            defer { daemon.signal(SIGKILL) }
            try scene.school.command("collect", "server-settings", "gstudio-logs").ended(with: 0)
            try scene.school.command("upload").ended(with: 0)
            let end = "upload, as a person asked, has ended with 0"
            _ = try daemon.waitForLine(containing: end)
            let told = daemon.text.components(separatedBy: end)[0]
            for name in ["server_settings.py", "gstudio-logs"] {
                let lines = told.split(separator: "\n").filter { $0.contains("\(name) 20") }
                    .filter { $0.contains("the store has it") }
                #expect(lines.count == 1, "\(told)")
            }
            _ = try ended(daemon)
        }

        @Test("a command waits where the daemon has no open file left for it, which keeps that busy with nothing")
        func noOpenFiles() throws {
            let scene = try Scene()
            let daemon = try started(scene)
            defer { daemon.signal(SIGKILL) }
            func limit(_ files: Int) throws {
                try ChildProcess.succeed("prlimit", "--pid", "\(daemon.pid)", "--nofile=\(files):")
            }
            /// Of the processor, in hundredths of a second.
            func used() throws -> Int {
                let line = try String(contentsOfFile: "/proc/\(daemon.pid)/stat", encoding: .utf8)
                let fields = line.components(separatedBy: ") ")[1].split(separator: " ")
                return (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0)
            }
            try limit(3)
            let asked = try scene.school.start("collect", "heartbeat")
            _ = try daemon.waitForLine(containing: "no connection can be taken: Too many open files")
            let before = try used()
            sleep(3)
            #expect(try used() - before < 60)
            #expect(daemon.text.components(separatedBy: "no connection can be taken").count == 2)
            try limit(1024)
            try asked.wait(within: 60).ended(with: 0)
            _ = try ended(daemon)
        }

        @Test("what is under way when it is stopped ends with 75 and a sentence, and so it does when it is killed")
        func stopped() throws {
            let scene = try sceneWithScripts()
            for signal in [SIGTERM, SIGKILL] {
                let daemon = try started(scene)
                defer { daemon.signal(SIGKILL) }
                let asked = try startedProgress(scene)
                daemon.signal(signal)
                let told = try asked.wait(within: 20).ended(with: 75)
                let sentence =
                    signal == SIGTERM ? "the service was stopped before this was done" : "the service ended before this"
                #expect(told.errors.contains("clix-collectd: \(sentence)"), "\(told)")
                _ = try daemon.wait(within: 20)
            }
            // What a killed one leaves holds up nobody.
            #expect(FileManager.default.fileExists(atPath: scene.school.staging + "/state/daemon.sock"))
            try scene.school.command("collect", "heartbeat").ended(with: 0)
            let next = try started(scene)
            defer { next.signal(SIGKILL) }
            try scene.school.command("collect", "heartbeat").ended(with: 0)
            _ = try ended(next)
        }

        @Test(
            "nothing changes hands: all files stay those of the daemon's user, whoever asks",
            .enabled(if: geteuid() == 0, "needs root: the daemon becomes another user, and root asks it"))
        func owner() throws {
            let scene = try Scene(isEnrolled: false)
            let nobody: uid_t = 65534
            #expect(chown(scene.school.staging, nobody, nobody) == 0)
            let daemon = try started(scene)
            defer { daemon.signal(SIGKILL) }
            try scene.school.enroll(scene.store.addSchool(), url: scene.url).ended(with: 0)
            try scene.school.command("collect", "server-settings", "gstudio-logs", "media").ended(with: 0)
            try scene.school.command("upload").ended(with: 0)
            // Not the owner, and not root.
            let stranger = try ChildProcess.run(
                "setpriv",
                ["--reuid=65533", "--regid=65533", "--clear-groups", Built.collectd, "upload", "--config"]
                    + [scene.school.configuration])
            #expect(stranger.code != 0)
            _ = try ended(daemon)
            let foreign = try ChildProcess.run("find", [scene.school.staging, "!", "-user", "65534"]).ended(with: 0)
            #expect(foreign.output.isEmpty)
        }
    }
}
