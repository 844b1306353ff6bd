import Foundation
import Testing

extension EndToEnd {
    @Suite("The idle service", .timeLimit(.minutes(5)))
    struct IdleDaemonTests {
        /// What runs programs and what needs none, at once; the rest would only try again and again without a container.
        private static let settings =
            ["heartbeat", "media"].map { "[collect.\($0)]\nafter_boot = \"0s\"\n" }.joined()
            + ["db", "db-raw", "postgres-dump", "qbank-data", "progress-csvs", "activity-csvs"]
            .map { "[collect.\($0)]\nenabled = false\n" }.joined()

        /// Of all its threads in 20 s. Under its unit's watchdog the service looks at its clock every 100 s, and else when
        /// something is due, as the heartbeat is after an hour; a look takes a handful. A thread that looks around once a
        /// second takes 20 more.
        #if DEBUG
            /// Such a one has Dispatch, where that is not linked into the program: Sources/CLinux/QuietPool.c.
            private static let wakeups = 8 + 22
        #else
            private static let wakeups = 8
        #endif

        @Test("sleeps once its first round is done, also after it has run programs")
        func idle() throws {
            let workspace = try Workspace()
            let store = try StoreProcess(in: workspace)
            try store.serve()
            let asked = workspace.path("asked")
            let docker = try workspace.write(
                "#!/bin/sh\necho \"$@\" >>\(asked)\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n",
                to: "docker")
            chmod(docker, 0o755)
            let school = try SchoolMachine(in: workspace, url: store.url, docker: docker, extra: Self.settings)
            try school.make(day: 0, "--small")
            try school.enroll(store.addSchool(), url: store.url).ended(with: 0)

            let daemon = try ChildProcess(
                Built.collectd, ["run", "--config", school.configuration], environment: ["WATCHDOG_USEC": "300000000"])
            defer { daemon.signal(SIGKILL) }
            _ = try daemon.waitForLine(containing: "media \(collectionYear): ")
            _ = try daemon.waitForLine(containing: "system-heartbeat \(collectionYear): ")
            // Its own jobs keep scripts out of some minutes of the hour; what a person asks for is run at once.
            #expect(try school.command("run-script", "progress").code != 0)
            #expect(FileManager.default.fileExists(atPath: asked))

            // What is still under way on a busy machine is let to its end.
            let deadline = Date(timeIntervalSinceNow: 150)
            var fewest = Int.max
            while fewest > Self.wakeups, Date() < deadline { fewest = min(fewest, try wakeups(of: daemon.pid, in: 20)) }
            let threads = try threads(of: daemon.pid)
            #expect(fewest <= Self.wakeups, "\(threads)")
            // The first one, those that wait for programs and for events, and hardly more.
            #expect(threads.count <= 8, "\(threads)")
            daemon.signal(SIGTERM)
            try daemon.wait(within: 5).ended(with: 0)
        }

        /// How often all its threads together went to sleep, and so had been woken.
        private func wakeups(of process: pid_t, in seconds: UInt32) throws -> Int {
            let before = try threads(of: process)
            sleep(seconds)
            return try threads(of: process).reduce(0) { sum, thread in
                sum + max(0, thread.value - (before[thread.key] ?? 0))
            }
        }

        /// `voluntary_ctxt_switches` of each thread (proc(5)).
        private func threads(of process: pid_t) throws -> [String: Int] {
            let folder = "/proc/\(process)/task"
            var counts: [String: Int] = [:]
            for id in try FileManager.default.contentsOfDirectory(atPath: folder) {
                // One that has ended meanwhile wakes nobody any more.
                guard let text = try? String(contentsOfFile: "\(folder)/\(id)/status", encoding: .utf8) else {
                    continue
                }
                let line = text.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") }
                counts[id] = try #require(line?.split(separator: "\t").last.flatMap { Int($0) })
            }
            return counts
        }
    }
}
