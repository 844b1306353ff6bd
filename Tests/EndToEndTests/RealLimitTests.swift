import Foundation
import Testing

extension EndToEnd {
    /// Dumps that run out of something. The last good generation stands, a sentence says what was short, and the next
    /// collection is whole again.
    @Suite("A real school's dumps that run out of time, memory or disk", .needsRealSchool, .timeLimit(.minutes(10)))
    struct RealLimits {
        @Test("by a deadline, also in a paused container: until then at idle priority, and then it goes on no more")
        func deadline() throws {
            let school = try CollectedSchool.withDatabase()
            let first = "mongodump/gstudio-mongodb.Benchmarks"
            let hurried = try school.machine(named: "hurried", extra: "[collect.db]\ntimeout = \"10s\"")
            let before = try school.staged("db")
            for isPaused in [false, true] {
                let collection = try school.held(first, on: hurried)
                let look = "p=$(cat /etc/clix-stand-in/\(first)/holding); ps -o ni= -p $p; ionice -p $p"
                #expect(try school.real.shell(look).lines.map { $0.filter { $0 != " " } } == ["19", "idle"])
                #expect(try school.leftInside().contains { $0.contains("mongodump") })
                if isPaused { try school.real.docker("pause", RealSchool.container) }
                let finished = try school.ended(collection).ended(with: 1)
                #expect(finished.errors.contains("db: failed: given up after 10 s"), "\(finished)")
                #expect(try school.staged("db").differences(from: before, .bytesTimesAndModes) == [])
                // What is paused cannot be ended; it finds nobody who reads it when it is let go on.
                if isPaused {
                    try school.real.docker("unpause", RealSchool.container)
                } else {
                    #expect(try school.leftInside() == [])
                }
                try school.forgetHeld(first)
            }
            try school.real.shell("while pgrep -f '[m]ongodump' >/dev/null; do sleep 0.05; done")
            try school.expectDatabaseHealed("deadline")
        }

        @Test("by the container's memory limit: only that collection is missed, and it is as it was")
        func memory() throws {
            let school = try CollectedSchool.withDatabase(memory: "256m")
            let before = try school.contents("db")
            try school.real.insert(3, into: "Nodes")
            let collection = try school.held()
            // The kernel picks the dump first, by its score, and then what ate the memory.
            let eat =
                "exec python3 -c 'held = [b\"x\" * (8 << 20) for _ in range(512)]'"
            try school.real.shell("for p in $(pgrep -f '[m]ongodump'); do echo 1000 >/proc/$p/oom_score_adj; done")
            #expect(try school.real.run("bash", "-c", eat).code == 137)
            let finished = try school.ended(collection).ended(with: 1)
            #expect(finished.errors.contains("missing: \(CollectedSchool.nodes): "), "\(finished)")
            #expect(finished.errors.contains("its memory limit was hit"), "\(finished)")
            #expect(try school.contents("db") == before)
            try school.forgetHeld()
            try school.expectDatabaseHealed("memory")
        }

        @Test("by a full staging disk: nothing half is published", .needsMemoryDisks)
        func fullDisk() throws {
            let workspace = try Workspace()
            let disk = try MemoryDisk(in: workspace, megabytes: 24, name: "staging-disk")
            let school = try CollectedSchool(in: workspace, staging: "\(disk.mountPoint)/staging")
            try school.dropAssessments()
            try school.command("collect", "db").ended(with: 0)
            let before = try school.staged("db")
            try school.real.insert(3, into: "Nodes")
            let collection = try school.held()
            let filler = "\(disk.mountPoint)/filler"
            try ChildProcess.run("dd", ["if=/dev/zero", "of=\(filler)", "bs=4096", "status=none"]).ended(with: 1)
            try school.real.knobs.release("hold", of: CollectedSchool.heldProgram)
            let finished = try school.ended(collection).ended(with: 75)
            #expect(
                finished.errors.contains("there is no room here for what it writes"), "\(finished)")
            #expect(finished.errors.contains("generation 1 with "), "\(finished)")
            #expect(try school.staged("db").differences(from: before, .bytesTimesAndModes) == [])
            try FileManager.default.removeItem(atPath: filler)
            try school.expectDatabaseHealed("full disk")
        }

        @Test(
            "by a full staging disk: also the users' dump and logs stand as they were; media need no room",
            .needsMemoryDisks)
        func fullDiskOfOthers() throws {
            let workspace = try Workspace()
            let disk = try MemoryDisk(in: workspace, megabytes: 24, name: "staging-disk")
            let school = try CollectedSchool(in: workspace, staging: "\(disk.mountPoint)/staging")
            let datasets = ["postgres-dump", "media", "nginx-logs"]
            func collect() throws -> ChildProcess { try school.machine.start(["collect"] + datasets) }
            try school.ended(collect()).ended(with: 0)
            let before = try datasets.map(school.staged)

            let data = "\(school.real.core)/data"
            try Data(repeating: 7, count: 3 << 20).write(to: URL(fileURLWithPath: "\(data)/media/new.mp4"))
            try school.real.request(50, tag: "lesson")
            let session = try school.real.lockUsers()
            let collection = try collect()
            try waitForUsersDump(school)
            let filler = "\(disk.mountPoint)/filler"
            try ChildProcess.run("dd", ["if=/dev/zero", "of=\(filler)", "bs=4096", "status=none"]).ended(with: 1)
            try school.real.endSession(session)
            let finished = try school.ended(collection).ended(with: 75)
            #expect(finished.errors.contains("there is no room here for what it writes"), "\(finished)")
            for (dataset, before) in zip(datasets, before) where dataset != "media" {
                let differences = try school.staged(dataset).differences(from: before, .bytesTimesAndModes)
                #expect(differences == [], "\(dataset)")
            }

            // They are taken by reference.
            #expect(try school.staged("media").differences(from: FileTree("\(data)/media")) == [])

            try FileManager.default.removeItem(atPath: filler)
            try school.ended(collect()).ended(with: 0)
            try school.expectUsersHealed()
            #expect(try school.staged("media").differences(from: FileTree("\(data)/media")) == [])
            let logs = try FileTree("\(data)/nginx-logs")
            #expect(try school.staged("nginx-logs").differencesOfLines(from: logs) == [])
        }

        @Test("or of priority: the users' dump and the platform's scripts are idle inside, too, and end well")
        func priority() throws {
            let school = try CollectedSchool(in: Workspace())
            func priority(_ ids: String) throws -> [String] {
                let look = "for p in $(\(ids)); do echo $(ps -o ni= -p $p) $(ionice -p $p); done | sort -u"
                return try school.real.shell(look).lines
            }
            let session = try school.real.lockUsers()
            let dump = try school.machine.start("collect", "postgres-dump")
            try waitForUsersDump(school)
            #expect(try priority("pgrep -x pg_dumpall; pgrep -x pg_dump") == ["19 idle"])
            try school.real.endSession(session)
            try school.ended(dump).ended(with: 0)

            let program = "export_users_analytics"
            try school.real.knobs.turn("hold", of: program, to: "1")
            let script = try school.machine.start("run-script", "progress")
            try school.real.knobs.waitUntilHeld(program)
            #expect(try priority("cat /etc/clix-stand-in/\(program)/holding") == ["19 idle"])
            try school.real.knobs.release("hold", of: program)
            try school.ended(script).ended(with: 0)
        }

        /// Waits until the users' dump waits behind a lock.
        private func waitForUsersDump(_ school: CollectedSchool) throws {
            try school.real.shell("until grep -q [w]aiting /proc/[0-9]*/cmdline; do sleep 0.05; done")
        }
    }
}
