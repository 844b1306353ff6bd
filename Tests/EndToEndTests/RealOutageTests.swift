import Foundation
import Testing

extension EndToEnd {
    /// Dumps that something cuts short, in a real container. Each time the last good generation stands, what is printed
    /// says what happened and no secret, and the next collection is whole again.
    @Suite("A real school's dumps that are cut short", .needsRealSchool, .timeLimit(.minutes(10)))
    struct RealOutages {
        @Test("by the container's stop or removal, or the engine's death: nothing of the last generation changes")
        func container() throws {
            let school = try CollectedSchool.withDatabase()
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
                let collection = try school.held()
                try cut()
                let finished = try school.ended(collection).ended(with: 1)
                #expect(finished.errors.contains("db: failed: no dump was made: "), "\(name): \(finished)")
                #expect(finished.errors.contains(said), "\(name): \(finished)")
                #expect(finished.errors.contains(" stands"), "\(name): \(finished)")
                #expect(try school.staged("db").differences(from: before, .bytesTimesAndModes) == [], "\(name)")
                try school.forgetHeld()
                try mend()
                try school.expectDatabaseHealed("\(name)")
            }
        }

        @Test("by mongodump itself, with and without a word, and by a server that is not ready")
        func mongodump() throws {
            let school = try CollectedSchool.withDatabase()
            let secret = "8 Failed: error connecting to mongodb://glab:made-up-password@127.0.0.1/gstudio-mongodb"
            for (knob, value, said) in [
                ("cut", "1000", "mongodump in the container gstudio ended with status 1"),
                ("cut-silently", "1000", "its dump is cut after "),
                ("fail", secret, "ended with status 8: Failed: error connecting to mongodb://***@127.0.0.1"),
            ] {
                let before = try school.contents("db")
                try school.real.insert(3, into: "Nodes")
                try school.real.knobs.turn(knob, of: CollectedSchool.heldProgram, to: value)
                let finished = try school.command("collect", "db").ended(with: 1)
                #expect(finished.errors.contains("missing: \(CollectedSchool.nodes): "), "\(knob): \(finished)")
                #expect(finished.errors.contains(said), "\(knob): \(finished)")
                // All other collections are as they were, too: nobody changed them.
                #expect(try school.contents("db") == before, "\(knob)")
                try school.real.knobs.release(knob, of: CollectedSchool.heldProgram)
                try school.expectDatabaseHealed("\(knob)")
            }
            let before = try school.staged("db")
            try school.real.knobs.turn("not-ready", of: "mongod")
            let finished = try school.command("collect", "db").ended(with: 1)
            #expect(finished.errors.contains("the database server in gstudio does not answer"), "\(finished)")
            #expect(try school.staged("db").differences(from: before, .bytesTimesAndModes) == [])
            try school.real.knobs.release("not-ready", of: "mongod")
            try school.expectDatabaseHealed("not ready")
            try school.command("status", "--json").ended(with: 0)
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
            try school.expectUsersHealed()
        }
    }
}
