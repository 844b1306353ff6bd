import Foundation
import Testing

extension EndToEnd {
    /// Dumps that something cuts short, in a real container. Each time the last good generation stands, what is printed
    /// says what happened and no secret, and the next collection is whole again.
    @Suite("A real school's dumps that are cut short", .needsRealSchool, .timeLimit(.minutes(10)))
    struct RealOutages {
        private static let nodes = "gstudio-mongodb/Nodes.bson"
        private static let heldProgram = "mongodump/gstudio-mongodb.Nodes"

        /// A school whose `db` was collected.
        private func collected(memory: String? = nil) throws -> CollectedSchool {
            let school = try CollectedSchool(in: Workspace(), memory: memory)
            try school.dropAssessments()
            try school.command("collect", "db").ended(with: 0)
            return school
        }

        /// Begins a collection of `db` and waits until it is in the middle of one collection.
        private func held(
            _ school: CollectedSchool, _ program: String = heldProgram, on machine: SchoolMachine? = nil
        ) throws -> ChildProcess {
            try school.real.knobs.turn("hold", of: program, to: "1000")
            let collection = try (machine ?? school.machine).start("collect", "db", "--verbose")
            try school.real.knobs.waitUntilHeld(program)
            return collection
        }

        /// Where what was held has been killed.
        private func forgetHeld(_ school: CollectedSchool, _ program: String = heldProgram) throws {
            try school.real.knobs.release("hold", of: program)
            // It cannot take its sign away itself.
            try? school.real.knobs.release("holding", of: program)
        }

        /// The next collection has all that the server holds by now, as pymongo's bson reads it.
        private func expectHealed(_ school: CollectedSchool, _ comment: Comment) throws {
            try school.command("collect", "db").ended(with: 0)
            let nodes = try school.staged("db").content(Self.nodes)
            #expect(try school.real.documents(in: nodes) == school.real.documents(of: "Nodes"), comment)
            #expect(try school.leftInside() == [], comment)
        }

        @Test("by the container's stop or removal, or the engine's death: nothing of the last generation changes")
        func container() throws {
            let school = try collected()
            func back() throws {
                try school.real.docker("start", RealSchool.container)
                try school.real.waitUntilReady()
            }
            let outages: [(String, said: String, cut: () throws -> Void, mend: () throws -> Void)] = [
                (
                    "stop", "the container gstudio is stopped; start it: docker start gstudio",
                    { try school.real.docker("stop", "--time", "0", RealSchool.container) }, back
                ),
                (
                    "engine", "Docker's engine does not answer", { try school.real.engine.killDaemon() },
                    {
                        try school.real.engine.startDaemonAgain()
                        try school.real.waitUntilReady()
                    }
                ),
                (
                    "remove", "Docker has no container named gstudio",
                    {
                        try school.real.docker("rename", RealSchool.container, "elsewhere")
                        try school.real.docker("kill", "elsewhere")
                    },
                    {
                        try school.real.docker("rename", "elsewhere", RealSchool.container)
                        try back()
                    }
                ),
            ]
            for (name, said, cut, mend) in outages {
                let before = try school.staged("db")
                try school.real.insert(3, into: "Nodes")
                let collection = try held(school)
                try cut()
                let finished = try school.ended(collection).ended(with: 1)
                #expect(finished.errors.contains("db: failed: no dump was made: "), "\(name): \(finished)")
                #expect(finished.errors.contains(said), "\(name): \(finished)")
                #expect(finished.errors.contains(" stands"), "\(name): \(finished)")
                #expect(try school.staged("db").differences(from: before, .bytesTimesAndModes) == [], "\(name)")
                try forgetHeld(school)
                try mend()
                try expectHealed(school, "\(name)")
            }
            #expect(school.leaks == [])
        }

        @Test("by mongodump itself, with and without a word, and by a server that is not ready")
        func mongodump() throws {
            let school = try collected()
            let secret = "8 Failed: error connecting to mongodb://glab:made-up-password@127.0.0.1/gstudio-mongodb"
            for (knob, value, said) in [
                ("cut", "1000", "mongodump in the container gstudio ended with status 1"),
                ("cut-silently", "1000", "its dump is cut after "),
                ("fail", secret, "ended with status 8: Failed: error connecting to mongodb://***@127.0.0.1"),
            ] {
                let before = try school.contents("db")
                try school.real.insert(3, into: "Nodes")
                try school.real.knobs.turn(knob, of: Self.heldProgram, to: value)
                let finished = try school.command("collect", "db").ended(with: 1)
                #expect(finished.errors.contains("missing: \(Self.nodes): "), "\(knob): \(finished)")
                #expect(finished.errors.contains(said), "\(knob): \(finished)")
                // All other collections are as they were, too: nobody changed them.
                #expect(try school.contents("db") == before, "\(knob)")
                try school.real.knobs.release(knob, of: Self.heldProgram)
                try expectHealed(school, "\(knob)")
            }
            let before = try school.staged("db")
            try school.real.knobs.turn("not-ready", of: "mongod")
            let finished = try school.command("collect", "db").ended(with: 1)
            #expect(finished.errors.contains("the database server in gstudio does not answer"), "\(finished)")
            #expect(try school.staged("db").differences(from: before, .bytesTimesAndModes) == [])
            try school.real.knobs.release("not-ready", of: "mongod")
            try expectHealed(school, "not ready")
            try school.command("status", "--json").ended(with: 0)
            #expect(school.leaks == [])
        }

        @Test("by a deadline, also in a paused container: until then at idle priority, and then it goes on no more")
        func deadline() throws {
            let school = try collected()
            let first = "mongodump/gstudio-mongodb.Benchmarks"
            let hurried = try school.machine(named: "hurried", extra: "[collect.db]\ntimeout = \"10s\"")
            let before = try school.staged("db")
            for isPaused in [false, true] {
                let collection = try held(school, first, on: hurried)
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
                try forgetHeld(school, first)
            }
            try school.real.shell("while pgrep -f '[m]ongodump' >/dev/null; do sleep 0.05; done")
            try expectHealed(school, "deadline")
            #expect(school.leaks == [])
        }

        @Test("by the container's memory limit: only that collection is missed, and it is as it was")
        func memory() throws {
            let school = try collected(memory: "256m")
            let before = try school.contents("db")
            try school.real.insert(3, into: "Nodes")
            let collection = try held(school)
            // The kernel picks the dump first, by its score, and then what ate the memory.
            let eat =
                "exec python3 -c 'held = [b\"x\" * (8 << 20) for _ in range(512)]'"
            try school.real.shell("for p in $(pgrep -f '[m]ongodump'); do echo 1000 >/proc/$p/oom_score_adj; done")
            #expect(try school.real.run("bash", "-c", eat).code == 137)
            let finished = try school.ended(collection).ended(with: 1)
            #expect(finished.errors.contains("missing: \(Self.nodes): "), "\(finished)")
            #expect(finished.errors.contains("its memory limit was hit"), "\(finished)")
            #expect(try school.contents("db") == before)
            try forgetHeld(school)
            try expectHealed(school, "memory")
        }

        @Test("of PostgreSQL, by the container's stop behind a lock: the last dump stands whole")
        func postgres() throws {
            let school = try CollectedSchool(in: Workspace())
            try school.command("collect", "postgres-dump").ended(with: 0)
            let before = try school.staged("postgres-dump")
            let session = try school.real.lockUsers()
            let collection = try school.machine.start("collect", "postgres-dump", "--verbose")
            try school.real.shell("until grep -q [w]aiting /proc/[0-9]*/cmdline; do sleep 0.05; done")
            try school.real.docker("stop", "--time", "0", RealSchool.container)
            let finished = try school.ended(collection).ended(with: 1)
            _ = try session.wait()
            #expect(finished.errors.contains("pg_dumpall in the container gstudio was cut short"), "\(finished)")
            #expect(finished.errors.contains("the container gstudio is stopped"), "\(finished)")
            #expect(try school.staged("postgres-dump").differences(from: before, .bytesTimesAndModes) == [])

            try school.real.docker("start", RealSchool.container)
            try school.real.waitUntilReady()
            _ = try school.real.sql("DELETE FROM django_session WHERE session_key < '8'")
            try school.command("collect", "postgres-dump").ended(with: 0)
            let dump = try school.staged("postgres-dump").content("pg_dump_all.sql")
            #expect(try school.real.rowCounts(afterRestoring: dump) == school.real.rowCounts())
            #expect(school.leaks == [])
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
            let collection = try held(school)
            let filler = "\(disk.mountPoint)/filler"
            try ChildProcess.run("dd", ["if=/dev/zero", "of=\(filler)", "bs=4096", "status=none"]).ended(with: 1)
            try school.real.knobs.release("hold", of: Self.heldProgram)
            let finished = try school.ended(collection).ended(with: 75)
            #expect(
                finished.errors.contains("the disk of the staging directory has come to its reserve"), "\(finished)")
            #expect(finished.errors.contains("generation 1 with "), "\(finished)")
            #expect(try school.staged("db").differences(from: before, .bytesTimesAndModes) == [])
            try FileManager.default.removeItem(atPath: filler)
            try expectHealed(school, "full disk")
        }
    }
}
