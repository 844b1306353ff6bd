import Foundation
import Testing

extension EndToEnd {
    /// The fixture itself: what other tests take for a school's server behaves like one.
    @Suite("The real school", .needsRealSchool)
    struct RealSchools {
        @Test("PostgreSQL dumps the whole cluster, which a second server takes with all its rows")
        func postgres() throws {
            let school = try RealSchool(in: Workspace())
            let dump = try school.run("pg_dumpall", user: "postgres").ended(with: 0)
            #expect(dump.output.hasSuffix("-- PostgreSQL database cluster dump complete\n--\n\n"))
            #expect(dump.output.contains("CREATE ROLE glab"))
            #expect(try school.sql("SELECT count(*) FROM auth_user") == ["304"])
            let rows = try school.rowCounts()
            #expect(rows.contains("gstudio_psql.auth_user|304") && rows.contains("gstudio_old.auth_user|0"))
            #expect(try school.rowCounts(afterRestoring: Data(dump.output.utf8)) == rows)
        }

        @Test("a dump of the users can be held in its middle, and goes on")
        func heldPostgres() throws {
            let school = try RealSchool(in: Workspace())
            let session = try school.lockUsers()
            let dump = try school.engine.start(["exec", "-u", "postgres", RealSchool.container, "pg_dumpall"])
            try school.shell("until grep -q [w]aiting /proc/[0-9]*/cmdline; do sleep 0.05; done")
            #expect(dump.isRunning)
            try school.endSession(session)
            #expect(try dump.wait().ended(with: 0).output.contains("cluster dump complete"))
        }

        @Test("mongodump's stand-in writes BSON that pymongo reads back, for each collection that the shell lists")
        func mongo() throws {
            let school = try RealSchool(in: Workspace())
            func list(_ what: String, _ database: String) throws -> [String] {
                let script = "// clix: list-\(what)\nprint()"
                let lines = try school.run("mongo", "--quiet", "--norc", database, "--eval", script).ended(with: 0)
                    .lines
                return try lines.map { line in
                    let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                    return try #require((object as? [String: Any])?["name"] as? String)
                }
            }
            let databases = try list("databases", "admin")
            #expect(databases.count == 10 && databases.contains("gstudio-mongodb"))
            try school.insert(5, into: "Benchmarks")
            for database in databases {
                for collection in try list("collections", database) {
                    let command = "mongodump --db \(database) --collection \(collection) --out - 2>/dev/null"
                    let reader = "python3 /usr/local/lib/clix-fixture/read_bson.py"
                    let read = try school.shell("\(command) | \(reader)").output
                    #expect(try read == school.documents(of: collection, in: database), "\(database).\(collection)")
                }
            }
            #expect(try school.documents(of: "Benchmarks").hasPrefix("428 "))
            let words = try school.run("mongodump", "--db", "logging", "--out", "/tmp/dump").ended(with: 0).errors
            #expect(words.contains("writing logging.LogEntry to /tmp/dump/logging/LogEntry.bson"))
            #expect(words.contains("done dumping logging.LogEntry (200 documents)"))
        }

        @Test("the stand-ins fail as they are told: at once, cut short with and without an exit code, held")
        func knobs() throws {
            let school = try RealSchool(in: Workspace())
            let program = "mongodump/gstudio-mongodb.Nodes"
            let dump = "mongodump --db gstudio-mongodb --collection Nodes --out - | wc -c; echo ${PIPESTATUS[0]}"
            func bytesAndCode() throws -> [String] { try school.run("bash", "-c", dump).ended(with: 0).lines }
            let whole = try bytesAndCode()

            for (knob, value, expected) in [
                ("fail", "7 Failed: made up", ["0", "7"]), ("cut", "1000", ["1000", "1"]),
                ("cut-silently", "1000", ["1000", "0"]),
            ] {
                try school.knobs.turn(knob, of: program, to: value)
                #expect(try bytesAndCode() == expected, "\(knob)")
                try school.knobs.release(knob, of: program)
            }
            try school.knobs.turn("hold", of: program, to: "1000")
            let held = try school.engine.start(["exec", RealSchool.container, "bash", "-c", dump])
            try school.knobs.waitUntilHeld(program)
            #expect(try school.isRunning("mongodump"))
            try school.knobs.release("hold", of: program)
            #expect(try held.wait().lines == whole)
            #expect(try !school.isRunning("mongodump"))
        }

        @Test("nginx writes a line for each request into both logs, also while they are rotated")
        func nginx() throws {
            let school = try RealSchool(in: Workspace())
            let logs = "/data/nginx-logs"
            try school.request(3, tag: "before")
            try school.rotate(RealSchool.renaming)
            try school.request(4, tag: "after")
            try school.request(2, tag: "other", host: "localhost")
            let count = "grep -c -e -[0-9]*/course \(logs)/"
            #expect(try school.shell("\(count)school.server.org.access.log.1").output == "3\n")
            #expect(try school.shell("\(count)school.server.org.access.log").output == "4\n")
            #expect(try school.shell("\(count)access.log").output == "2\n")
            #expect(try school.shell("ls -s \(logs)/school.server.org.error.log").output.hasPrefix("0 ") == false)

            let name = "\(logs)/school.server.org.access.log"
            try school.rotate(RealSchool.renamingWithoutSignal)
            try school.request(1, tag: "astray")
            #expect(try school.shell("grep -l astray-0 \(logs)/*access*").output == "\(name).1\n")
            #expect(try school.shell("zcat \(name).2.gz").lines.count { $0.contains("before-") } == 3)

            try school.rotate(RealSchool.renaming)
            try school.request(1, tag: "deleted")
            try school.rotateAsTheFieldDoes()
            #expect(try school.run("bash", "-c", "zgrep -l deleted-0 \(logs)/*").output == "")
        }

        @Test(
            "the code is four git repositories inside each other, dirty, with tokens in their remotes",
            arguments: [RealSchool.Layout.since2017, .since2018])
        func code(_ layout: RealSchool.Layout) throws {
            let school = try RealSchool(in: Workspace(), layout: layout)
            let code = "/home/docker/code"
            for (number, tree) in ["", "/gstudio", "/gstudio/gnowsys-ndf/qbank-lite"].enumerated() {
                let git = "git -C \(code)\(tree)"
                #expect(try school.shell("\(git) rev-parse --show-toplevel").output == "\(code)\(tree)\n")
                #expect(try school.shell("\(git) log --format=%s").lines.count == 7)
                #expect(try school.shell("\(git) status --short").output.contains(" M README.md\n"))
                #expect(try school.shell("\(git) remote -v").output.contains("made-up-token-\(number)"))
            }
            let settings = "gstudio/gnowsys-ndf/gnowsys_ndf/server_settings.py"
            #expect(try school.shell("cat \(code)/\(settings)").output.contains("GSTUDIO_INSTITUTE_ID ='mz150'"))
            let isOnHost = FileManager.default.fileExists(atPath: "\(school.core)/code/\(settings)")
            #expect(isOnHost == (layout == .since2018))
            let store = "\(code)/gstudio/gnowsys-ndf/qbank-lite/webapps/CLIx/datastore"
            #expect(try school.shell("ls \(store)/studentResponseFiles").lines.count == 12)
            let versions = try school.shell("find /data/rcs-repo/Counters -name '*,v' | head -1").lines
            #expect(try school.shell("rlog \(versions[0])").output.contains("total revisions: 2"))
        }

        @Test("gStudio's commands and qbank's script leave the files that the real ones leave")
        func derived() throws {
            let school = try RealSchool(in: Workspace())
            try school.shell("rm -rf /data/gstudio-exported-users-analytics-csvs /data/activity-timestamp-csvs")
            let manage = "cd /home/docker/code/gstudio/gnowsys-ndf && /usr/bin/python manage.py"
            try school.shell("\(manage) export_users_analytics")
            let progress = try FileTree("\(school.core)/data/gstudio-exported-users-analytics-csvs")
            #expect(progress.files.count == 3)
            let name = try #require(
                progress.files.keys.first { $0.hasPrefix("2039150-mz150-eb-unit0-english-beginner-") })
            let csv = try String(decoding: progress.content(name), as: UTF8.self)
            #expect(csv.hasPrefix("server_id,school_name,school_code,module_name,unit_name,username,user_id,"))
            #expect(
                csv.contains(
                    "mz150,Govt. Made-up H/S & Hostel,2039150,[u'English Beginner'],eb-unit0-english-beginner,"))
            #expect(csv.hasSuffix("\r\n"))

            try school.shell("\(manage) activity_timestamp blue-carbon-mz150")
            let activity = try FileTree("\(school.core)/data/activity-timestamp-csvs")
            let visits = try #require(
                activity.files.keys.first { $0.hasPrefix("mz150-blue-carbon-mz150-activity-visits-") })
            let lines = try String(decoding: activity.content(visits), as: UTF8.self).components(separatedBy: "\r\n")
            #expect(lines[1].contains("2018-08-16 10:01:30.250000,2018-08-16 10:05:00,course_content,209.75,NA"))
            #expect(lines[2].contains("2018-08-16 10:00:00,2018-08-16 10:01:30.250000,activity_player_detail,90.25,NA"))

            let all = "doc/deployer/get_all_users_activity_timestamp_csvs.py"
            try school.shell("echo \"execfile('../\(all)')\" | (\(manage) shell)")
            #expect(try FileTree("\(school.core)/data/activity-timestamp-csvs").files.count > 40)

            let script = "single_school_get_MIT_activity_data"
            try school.shell("/usr/bin/python /home/docker/code/qbank-gstudio-scripts/\(script)/\(script).py")
            let members = try school.shell("tar tzf /data/qbank/qbank_data.tar.gz").lines
            #expect(members.contains("mongo-dump/logging/LogEntry.bson"))
            #expect(members.contains("student-activities/activity-data.csv"))
        }

        @Test("the container can be stopped, paused, killed and removed, and outlives a crash of its engine")
        func states() throws {
            let school = try RealSchool(in: Workspace(), memory: "256m")
            func state() throws -> String {
                try school.docker(
                    "inspect", "--format", "{{.State.Status}} {{.HostConfig.Memory}}", RealSchool.container
                ).output
            }
            #expect(try state() == "running 268435456\n")
            for (change, status, back) in [
                ("stop", "exited", "start"), ("pause", "paused", "unpause"), ("kill", "exited", "start"),
            ] {
                try school.docker(change, RealSchool.container)
                #expect(try state().hasPrefix(status), "\(change)")
                try school.docker(back, RealSchool.container)
                try school.waitUntilReady()
            }
            try school.engine.killDaemon()
            #expect(try school.run("true").errors.contains("Cannot connect to the Docker daemon"))
            try school.engine.startDaemonAgain()
            try school.waitUntilReady()
            #expect(try school.sql("SELECT count(*) FROM auth_user") == ["304"])

            try school.docker("pause", RealSchool.container)
            try school.docker("rm", "--force", RealSchool.container)
            #expect(try school.run("true").errors.contains("No such container"))
        }
    }
}
