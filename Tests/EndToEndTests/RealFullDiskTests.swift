import Foundation
import Testing

extension EndToEnd {
    /// Our own dumps write nothing inside. What the programs in there still write for themselves finds no room.
    @Suite(
        "A real school's container whose disk is full", .needsRealSchool, .needsMemoryDisks, .timeLimit(.minutes(10)))
    struct RealFullDisks {
        @Test("of PostgreSQL's temporary files: the users' last dump stands, the server's own words say why")
        func postgres() throws {
            let temporary = "/var/lib/postgresql/15/main/base/pgsql_tmp"
            let school = try CollectedSchool(in: Workspace(), more: ["--tmpfs", "\(temporary):size=1m,mode=1777"])
            try school.command("collect", "postgres-dump").ended(with: 0)
            let before = try school.staged("postgres-dump")

            // What pg_dump asks of the catalog is sorted on the disk, as where there is much of it.
            _ = try school.real.sql("ALTER SYSTEM SET work_mem = '64kB'")
            _ = try school.real.sql("SELECT pg_reload_conf()")
            try school.real.run("dd", "if=/dev/zero", "of=\(temporary)/filler", "bs=4096").ended(with: 1)
            let finished = try school.command("collect", "postgres-dump").ended(with: 1)
            #expect(
                finished.errors.contains("pg_dumpall in the container gstudio ended with status 1: "), "\(finished)")
            #expect(finished.errors.contains("No space left on device"), "\(finished)")
            #expect(finished.errors.contains(" stands"), "\(finished)")
            #expect(try school.staged("postgres-dump").differences(from: before, .bytesTimesAndModes) == [])

            try school.real.shell("rm \(temporary)/filler")
            try school.expectUsersHealed()
        }

        @Test("where the platform's script writes: it is told by its own words, and its next run is whole")
        func script() throws {
            let progress = "gstudio-exported-users-analytics-csvs"
            let workspace = try Workspace()
            let school = try CollectedSchool(in: workspace)
            let folder = "\(school.real.core)/data/\(progress)"
            let disk = try MemoryDisk(in: workspace, megabytes: 1, over: folder)
            // The container sees what is mounted when it starts.
            try school.real.docker("restart", "--time", "0", RealSchool.container)
            try school.real.waitUntilReady()
            // What it made at an earlier hour; names tell the minute.
            try school.real.shell(
                """
                cd /home/docker/code/gstudio/gnowsys-ndf && /usr/bin/python manage.py export_users_analytics
                cd /data/\(progress)
                for file in *.csv; do mv $file ${file%-*-*}-20180816-10h05m.csv; done
                touch -d '1 hour ago' *
                """)
            try school.command("collect", progress).ended(with: 0)
            let before = try school.contents(progress)
            #expect(before.count == 3)

            let filler = "\(disk.mountPoint)/filler"
            try ChildProcess.run("dd", ["if=/dev/zero", "of=\(filler)", "bs=4096", "status=none"]).ended(with: 1)
            let failed = try school.command("run-script", "progress").ended(with: 1)
            #expect(failed.errors.contains("No space left on device"), "\(failed)")
            #expect(try school.contents(progress) == before)

            try FileManager.default.removeItem(atPath: filler)
            try school.command("run-script", "progress").ended(with: 0)
            // What the failed run left of its files is empty, unless this one wrote over it.
            let whole = try FileTree(folder).files.filter {
                $0.value.size > 0
            }
            let staged = try school.staged(progress)
            #expect(whole.count >= 6, "\(whole.keys)")
            for (name, file) in whole {
                #expect(staged.files[name] == file, "\(name)")
                let own = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
                #expect(try staged.content(name) == own && own.suffix(2) == Data("\r\n".utf8), "\(name)")
            }
        }
    }
}
