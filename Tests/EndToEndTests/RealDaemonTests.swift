import Foundation
import Testing

extension EndToEnd {
    /// The service, with a real container and a real journal.
    @Suite("A real school's daemon", .needsRealSchool, .needsJournal, .timeLimit(.minutes(10)))
    struct RealDaemons {
        private static let script = "export_users_analytics"
        private static let progress = "gstudio-exported-users-analytics-csvs"
        private static let secret = "error connecting to mongodb://glab:made-up-password@127.0.0.1/gstudio-mongodb"

        /// Only what this is about, and at once.
        private static let settings = """
            [school]
            time_zone = "Made-up"
            [collect.heartbeat]
            after_boot = "0s"
            [collect.db]
            after_boot = "0s"
            [run.progress]
            enabled = true

            """
            + [
                "postgres-dump", "progress-csvs", "activity-csvs", "tools-logs", "gstudio-logs", "db-raw", "rcs-repo",
                "nginx-logs", "unplatform", "media", "qbank-data", "git-commit-log",
                "\"assessment-media/repository\"", "\"assessment-media/studentResponseFiles\"",
            ].map { "[collect.\($0)]\nenabled = false\n" }.joined()

        @Test(
            "a dump that is cut and a script that fails: the journal says why, the next start heals both, no secret is told"
        )
        func outage() throws {
            let workspace = try Workspace()
            let store = try StoreProcess(in: workspace)
            try store.serve()
            let school = try CollectedSchool(in: workspace, url: store.url)
            try school.dropAssessments()
            try school.command("enroll", "--store", store.url, "--code", store.addSchool()).ended(with: 0)
            try school.command("collect", "db").ended(with: 0)
            let daemon = try SchoolMachine(
                in: workspace, named: "daemon", url: store.url, source: school.real.source,
                staging: school.machine.staging, sourceLines: school.real.sourceLines, extra: Self.settings)
            let careless = try CarelessProgram()

            try cut(school, daemon, careless)
            try report(school, store)
            try heal(school, daemon)

            let arrived = try FileTree("\(store.tree)/\(collectionYear)/mz/2039150-mz150/gstudio/db")
            #expect(try arrived.differences(from: school.staged("db")) == [])
            school.hear(try store.command("status", "mz150").ended(with: 0).output + (store.serving?.text ?? ""))
            #expect(!careless.secrets.contains { school.printed.contains($0) })
        }

        /// A script that fails, and a dump behind it that is cut by the container's stop.
        private func cut(_ school: CollectedSchool, _ daemon: SchoolMachine, _ careless: CarelessProgram) throws {
            let before = try school.staged("db")
            try school.real.insert(3, into: "Nodes")
            try school.real.knobs.turn("fail", of: Self.script, to: "3 IOError: no made-up-password")
            try school.real.knobs.turn("hold", of: CollectedSchool.heldProgram, to: "1000")
            let boot = try Boot(in: school.workspace)
            let service = try boot.start(Built.collectd, "run", "--config", daemon.configuration)

            let failed = try boot.entry("CLIX_ERROR", "run.progress: ")
            #expect(
                failed["CLIX_ERROR"]?.hasSuffix("ended with status 3; the last that it said:\nIOError: no ***")
                    == true)
            #expect(failed["PRIORITY"] == "4")
            try school.real.knobs.waitUntilHeld(CollectedSchool.heldProgram)
            _ = try boot.entry("MESSAGE", "system-heartbeat: ")
            _ = try boot.entry("MESSAGE", "db \(collectionYear): ")
            try school.real.docker("stop", "--time", "0", RealSchool.container)
            let stopped = try boot.entry("CLIX_ERROR", "without the container nothing new of db")
            #expect(stopped["CLIX_ERROR"]?.contains("is stopped; start it: docker start gstudio") == true, "\(stopped)")
            #expect(stopped["MESSAGE"] == stopped["CLIX_ERROR"])
            #expect(stopped["PRIORITY"] == "4")
            service.signal(SIGTERM)
            try service.wait(within: 10).ended(with: 0)
            school.hear(try boot.whole())

            #expect(try school.staged("db").differences(from: before, .bytesTimesAndModes) == [])
            try careless.expectSeenMasked(in: school)
            try school.real.docker("start", RealSchool.container)
            try school.real.waitUntilReady()
            try school.real.knobs.release("fail", of: Self.script)
            try school.forgetHeld()
        }

        /// What the school tells the store of a dump whose error quotes the database's password.
        private func report(_ school: CollectedSchool, _ store: StoreProcess) throws {
            try school.real.knobs.turn("fail", of: CollectedSchool.heldProgram, to: "8 Failed: \(Self.secret)")
            try school.command("collect", "db", "heartbeat").ended(with: 1)
            try school.command("upload").ended(with: 0)
            let status = try store.command("status", "mz150").ended(with: 0).output
            #expect(status.contains("mongodb://***@127.0.0.1"), "\(status)")
            school.hear(status)
            try school.real.knobs.release("fail", of: CollectedSchool.heldProgram)
        }

        /// Who switched the machine on again may have mended what failed: it is tried at once.
        private func heal(_ school: CollectedSchool, _ daemon: SchoolMachine) throws {
            let tables = "\(school.real.core)/data/\(Self.progress)"
            let before = try FileTree(tables).files.count
            let boot = try Boot(in: school.workspace)
            let service = try boot.start(Built.collectd, "run", "--config", daemon.configuration)
            for dataset in [Self.progress, "db"] {
                let told = try boot.entry("MESSAGE", "\(dataset): ")
                #expect(told["CLIX_OUTCOME"] == "complete", "\(told)")
                #expect(told["CLIX_DATASET"] == dataset)
                _ = try boot.entry("MESSAGE", "\(dataset) \(collectionYear): ")
            }
            service.signal(SIGTERM)
            try service.wait(within: 10).ended(with: 0)
            school.hear(try boot.whole())

            let nodes = try school.staged("db").content(CollectedSchool.nodes)
            #expect(try school.real.documents(in: nodes) == school.real.documents(of: "Nodes"))
            #expect(try FileTree(tables).files.count > before)
            #expect(try school.staged(Self.progress).differences(from: FileTree(tables)) == [])
            #expect(try school.leftInside() == [])
        }
    }
}
