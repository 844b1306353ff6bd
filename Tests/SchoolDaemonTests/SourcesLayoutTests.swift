import Glibc
import LevelTree
import Settings
import Testing

@testable import SchoolDaemon

/// Domain facts, 0.1 and 0.2: the installer of 2017 left code and qbank's files inside the container, that of 2018 on the
/// host.
@Suite("What sources shows")
struct SourcesLayoutTests {
    private let made: MadeSchool

    init() throws {
        made = try MadeSchool()
        for (name, size) in [
            ("db/WiredTiger", 50), ("db/collection-0-1.wt", 4046), ("media/6/6/1/aa", 2000),
            ("media/help/one.mp4", 3000),
            ("rcs-repo/Nodes/1/2/4/5a1.json,v", 70), ("rcs-repo/Nodes/1/2/4/,5a1.json,", 1),
            ("postgres-dump/pg_dump_all.sql", 900), ("pg_dump_all.sql", 500),
            ("system-heartbeat/system-heartbeat-20180816-150101.log", 300), ("git-commit-details.log", 40),
            ("gstudio-exported-users-analytics-csvs/a.csv", 0), ("activity-timestamp-csvs/b.csv", 20),
            ("gstudio_tools_logs/Ice cubes/1-Ice cubes.json", 2), ("gstudio-logs/fillCounter.log", 10),
            ("nginx-logs/access.log", 100), ("nginx-logs/access.log.1", 200), ("qbank/qbank_data.tar.gz", 600),
            ("assessment-media/studentResponseFiles/5b1.mp3", 80), ("local_settings.py", 33),
            ("server_settings.py", 44),
        ] { try put("data/\(name)", size) }
        symlink("/etc/passwd", made.root + "/data/media/6/link")
    }

    private func put(_ name: String, _ size: Int) throws {
        try made.file(name, String(repeating: "x", count: size))
    }

    /// - Parameter docker: the lines of a shell script that stands for the docker command; by default its container is
    ///   stopped.
    private func sources(
        _ dataset: Dataset? = nil, docker: String = "echo false false false"
    ) async throws -> SourcesReport {
        var settings = made.settings
        try made.file("docker", docker)
        settings.source.docker = ["sh", made.root + "/docker"]
        settings.datasets[.of("assessment-media/repository")] = DatasetSettings(
            exclude: ExcludePatterns(["*.tmp"]))
        settings.school.serverID = try ServerID("mz150")
        settings.school.schoolCode = try SchoolCode("2039150")
        return try await School(settings).sources(dataset.map { [$0] })
    }

    /// The rows as `dataset files bytes places`, with paths below the school's disk.
    private func rows(docker: String = "echo false false false") async throws -> Set<String> {
        Set(
            try await sources(docker: docker).rows.map { row in
                let amount = row.source.survey.map { "\($0.files) \($0.bytes)" } ?? "-"
                let places = row.source.places.map {
                    $0.hasPrefix(made.root) ? String($0.dropFirst(made.root.utf8.count + 1)) : $0
                }.joined(separator: " ")
                return "\(row.source.dataset) \(amount) \(places.isEmpty ? "-" : places)"
            })
    }

    /// The same on both.
    private let ofTheHost: Set = [
        "db 2 4096 data/db", "db-raw - -", "media 2 5000 data/media", "rcs-repo 1 70 data/rcs-repo",
        "postgres-dump 1 900 data/postgres-dump", "system-heartbeat 1 300 data/system-heartbeat",
        "gstudio-exported-users-analytics-csvs 1 0 data/gstudio-exported-users-analytics-csvs",
        "activity-timestamp-csvs 1 20 data/activity-timestamp-csvs", "gstudio_tools_logs 1 2 data/gstudio_tools_logs",
        "gstudio-logs 1 10 data/gstudio-logs", "nginx-logs 2 300 data/nginx-logs",
        "qbank_data.tar.gz 1 600 data/qbank/qbank_data.tar.gz",
    ]

    /// Inside the container, on that of 2017.
    private let inside = "in the container gstudio, /home/docker/code"

    private let settingsFolder = "gstudio/gnowsys-ndf/gnowsys_ndf"
    private let store = "gstudio/gnowsys-ndf/qbank-lite/webapps/CLIx/datastore"

    /// A container that runs, in which `find` lists so, and PostgreSQL holds 3 MiB.
    private let running = #"""
        case $1 in inspect) echo true false false; exit ;; esac
        said() { printf 'd 0 1.0 755 \0'; printf "$1"; }
        case "$*" in
        *pg_database_size*) echo 3145728 ;;
        *local_settings.py*) said 'f 133 1.0 644 local_settings.py\0' ;;
        *server_settings.py*) said '' ;;
        *studentResponseFiles*) said 'f 100 1.0 644 5b1.mp3\0f 20 1.0 644 new.mp3\0l 3 1.0 777 link\0' ;;
        *repository*) said 'f 7 1.0 644 a/one\0f 9 1.0 644 a/x.tmp\0f 5 1.0 644 .git/HEAD\0f 5 1.0 644 .git/config\0' ;;
        esac
        """#

    @Test func `of an installation of 2017 is each dataset's place and size inside the container`() async throws {
        #expect(
            try await rows(docker: running)
                == ofTheHost.union([
                    "local_settings.py 1 133 \(inside)/\(settingsFolder)/local_settings.py",
                    "server_settings.py 1 44 data/server_settings.py \(inside)/\(settingsFolder)/server_settings.py",
                    "git-commit.log 1 40 \(inside) data/git-commit-details.log",
                    "assessment-media/studentResponseFiles 2 120 \(inside)/\(store)/studentResponseFiles "
                        + "data/assessment-media/studentResponseFiles",
                    "assessment-media/repository 1 7 \(inside)/\(store)/repository", "unplatform - -",
                ]))
        let report = try await sources(docker: running)
        #expect(report.exitStatus == .ok && report.outage == nil)
        func notes(_ name: String) -> [String]? { report.rows.first { $0.source.dataset.name == name }?.notes }
        #expect(
            notes("assessment-media/repository") == [
                "left out by exclude: *.tmp", "left out: .git: never collected: it holds another program's state",
            ])
        #expect(
            notes("assessment-media/studentResponseFiles") == [
                "left out: link: is a symlink; symlinks are not followed"
            ])
        #expect(
            notes("server_settings.py") == [
                "counted is the copy on this machine: it is not \(inside)/\(settingsFolder)/server_settings.py"
            ])
        #expect(notes("postgres-dump")?.last == "the databases in the container take 3.1 MB there")
    }

    @Test func `of an installation of 2017 whose container is stopped is what is known, with the reason once`()
        async throws
    {
        try made.file("staging/state/container/assessment-media/repository/one", "fetched")
        #expect(
            try await rows()
                == ofTheHost.union([
                    "local_settings.py 1 33 data/local_settings.py \(inside)/\(settingsFolder)/local_settings.py",
                    "server_settings.py 1 44 data/server_settings.py \(inside)/\(settingsFolder)/server_settings.py",
                    "git-commit.log 1 40 \(inside) data/git-commit-details.log",
                    "assessment-media/studentResponseFiles 1 80 data/assessment-media/studentResponseFiles "
                        + "\(inside)/\(store)/studentResponseFiles",
                    "assessment-media/repository 1 7 \(inside)/\(store)/repository", "unplatform - -",
                ]))
        let report = try await sources()
        #expect(report.exitStatus == .ok)
        #expect(report.outage?.hasSuffix("the container gstudio is stopped; start it: docker start gstudio") == true)
        #expect(report.text.split(separator: "is stopped").count == 2)
        let counted = report.rows.flatMap(\.notes).filter { $0.hasPrefix("counted") }
        #expect(
            Set(counted) == [
                "counted is the copy on this machine: the container is not asked now",
                "counted as it was fetched last: the container is not asked now",
            ])
        #expect(counted.count == 4)
    }

    @Test func `of an installation of 2017 on its first day, without the container, is what it lacks`() async throws {
        let repository = try #require(try await sources(.of("assessment-media/repository")).rows.first)
        #expect(repository.source.places == ["\(inside)/\(store)/repository"] && repository.source.survey == nil)
        #expect(
            repository.notes == [
                "there is no folder \(made.root)/store/repository, nor \(made.root)/data/assessment-media/repository",
                "nothing is counted: the container is not asked now", "left out by exclude: *.tmp",
            ])
    }

    @Test func `of an installation of 2018 are the originals in the code tree and in qbank's folder`() async throws {
        let settings = "code/gstudio/gnowsys-ndf/gnowsys_ndf"
        for (name, size) in [
            ("\(settings)/local_settings.py", 133), ("\(settings)/server_settings.py", 144),
            ("store/studentResponseFiles/5b1.mp3", 180), ("store/repository/AssetContent/5b2.mp3", 1000),
            ("unplatform/terminal-7/user_data/1.json", 5), ("unplatform/terminal-7/id_rsa", 5),
        ] { try put(name, size) }
        #expect(
            try await rows()
                == ofTheHost.union([
                    "local_settings.py 1 133 \(settings)/local_settings.py",
                    "server_settings.py 1 144 \(settings)/server_settings.py",
                    "git-commit.log 1 40 data/git-commit-details.log",
                    "assessment-media/studentResponseFiles 1 180 store/studentResponseFiles "
                        + "data/assessment-media/studentResponseFiles",
                    "assessment-media/repository 1 1000 store/repository", "unplatform 1 5 unplatform",
                ]))
        #expect(
            try await sources(.of("git-commit.log")).text.contains("is made from the repositories in \(made.root)/code")
        )
        #expect(
            try await sources(.of("unplatform")).text.contains(
                "left out: terminal-7/id_rsa: never collected: by its name it holds a key"))
    }

    @Test func `is also what will be left out, and what is partial in any case`() async throws {
        #expect(
            try await sources(.of("media")).rows.first?.notes == [
                "left out: 6/link: is a symlink; symlinks are not followed"
            ])
        #expect(
            try await sources(.of("rcs-repo")).text.contains(
                "left out: Nodes/1/2/4/,5a1.json,: an RCS lock: a check-in was under way, or was cut short"))
        #expect(try await sources(.of("db")).text.contains("dumped in the container gstudio by mongodump"))
    }

    @Test func `of live database files is nothing, unless dumps of them failed for days`() async throws {
        let school = try School(made.settings)
        #expect(try await sources(.of("db-raw")).text.contains("not needed yet: no dump of db was tried before"))
        func remember(published: Int64?, tried: Int64) throws {
            var record = CollectionRecord()
            record.datasets["db"] = CollectionRecord.Entry(
                ending: "failed", ended: 1, lastPublished: published, firstTried: tried, leftOut: [])
            try record.save(to: school.files)
        }
        let now = school.clock.now().seconds * 1000
        try remember(published: nil, tried: now - 60_000)
        #expect(try await sources(.of("db-raw")).text.contains("not needed yet: it is not three days"))
        try remember(published: nil, tried: now - 4 * 86_400_000)
        #expect(try await sources(.of("db-raw")).rows.first?.source.survey?.bytes == 4096)
        try remember(published: now - 60_000, tried: now - 4 * 86_400_000)
        #expect(try await sources(.of("db-raw")).text.contains("not needed: the last dump of db is not three days old"))
    }
}
