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
            #expect(school.leaks == [])
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
    }
}
