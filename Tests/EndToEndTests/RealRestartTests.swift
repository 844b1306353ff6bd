import Foundation
import Testing

extension EndToEnd {
    /// Dumps during which the container is restarted, by hand and because it does not stay up.
    @Suite("A real school's container that is restarted in a dump", .needsRealSchool, .timeLimit(.minutes(10)))
    struct RealRestarts {
        /// Docker stops it first and starts it then: what a collection finds behind a cut is one or the other.
        private static let causes = [
            "the container was restarted, its memory limit was hit, or somebody killed it; the next collection tries again",
            "the container gstudio is stopped; start it: docker start gstudio",
        ]

        private func restart(_ school: CollectedSchool) throws {
            try school.real.docker("restart", "--time", "0", RealSchool.container)
        }

        private func expectCut(_ program: String, _ finished: ChildProcess.Finished) {
            #expect(Self.causes.contains { finished.errors.contains($0) }, "\(finished)")
            #expect(finished.errors.contains("\(program) in the container gstudio was cut short: "), "\(finished)")
        }

        @Test("of the databases: what was cut is as it was, the sentence says so, and the next one is whole")
        func databases() throws {
            let school = try CollectedSchool.withDatabase()
            let before = try school.contents("db")
            try school.real.insert(3, into: "Nodes")
            let collection = try school.held()
            try restart(school)
            // The new start finds the knob gone: only what was cut is missed.
            try school.forgetHeld()
            let finished = try school.ended(collection).ended(with: 1)
            expectCut("mongodump", finished)
            #expect(try school.contents("db") == before)
            try school.real.waitUntilReady()
            try school.expectDatabaseHealed("restarted")

            try doesNotStay(school)
        }

        /// What the container runs ends at once, again and again, as a broken platform's does.
        private func doesNotStay(_ school: CollectedSchool) throws {
            let before = try school.staged("db")
            try school.real.insert(3, into: "Nodes")
            let collection = try school.held()
            try school.real.knobs.turn("fail", of: "start")
            // Docker may find that it has ended before it is sure that it has begun.
            _ = try school.real.engine.run(["restart", "--time", "0", RealSchool.container])
            let cut = try school.ended(collection).ended(with: 1)
            #expect(
                cut.errors.contains("db: failed: no dump was made: ") || cut.errors.contains("db: partial"), "\(cut)")
            try school.forgetHeld()

            // Docker waits twice as long before each new start: by then for longer than a collection takes to ask.
            let look =
                "until [ $(\"$@\" inspect -f '{{.RestartCount}}{{.State.Restarting}}' gstudio) = 6true ]; do sleep 0.1; done"
            try ChildProcess.run("bash", ["-c", look, "look"] + school.real.engine.command, within: 120).ended(with: 0)
            let finished = try school.command("collect", "db").ended(with: 1)
            #expect(
                finished.errors.contains(
                    "the container gstudio is being restarted; if that goes on, docker logs gstudio tells why it ends"),
                "\(finished)")
            #expect(finished.errors.contains(" stands"), "\(finished)")
            #expect(try school.staged("db").differences(from: before, .bytesTimesAndModes) == [])

            try school.real.knobs.release("fail", of: "start")
            try restart(school)
            try school.real.waitUntilReady()
            try school.expectDatabaseHealed("does not stay")
        }

        @Test("of the users, behind a lock: the last dump stands whole, and the next one is")
        func users() throws {
            let school = try CollectedSchool(in: Workspace())
            try school.command("collect", "postgres-dump").ended(with: 0)
            let before = try school.staged("postgres-dump")
            let session = try school.real.lockUsers()
            let collection = try school.machine.start("collect", "postgres-dump", "--verbose")
            try school.real.shell("until grep -q [w]aiting /proc/[0-9]*/cmdline; do sleep 0.05; done")
            try restart(school)
            let finished = try school.ended(collection).ended(with: 1)
            _ = try session.wait()
            expectCut("pg_dumpall", finished)
            #expect(finished.errors.contains(" stands"), "\(finished)")
            #expect(try school.staged("postgres-dump").differences(from: before, .bytesTimesAndModes) == [])
            try school.real.waitUntilReady()
            try school.expectUsersHealed()
            #expect(try school.leftInside() == [])
        }
    }
}
