import LevelTree
import Settings
import Staging

@testable import Collecting

/// A school server's disk, in a folder: the host paths of both installations (domain facts, 0.1), all content invented.
struct FakeSchool: Sendable {
    enum Layout: Sendable { case of2017, of2018 }

    let root = TemporaryFolder()
    let layout: Layout
    var sources: SourcePaths

    init(_ layout: Layout = .of2018) {
        self.layout = layout
        let core = root.path + "/home/core"
        sources = SourcePaths(
            data: core + "/data", code: core + "/code", assessmentStore: core + "/assesment-datastore",
            unplatform: core + "/unplatform")
        fillData()
        if layout == .of2018 { fillCodeAndStore() }
        root.write("dummy key", to: "home/core/backups/syncthing/2018/.gnupg/secring.gpg")
        root.write("old copy", to: "home/core/backups/syncthing/2018/mz/2039150-mz150/gstudio/server_settings.py")
    }

    private func fillData() {
        for (name, content) in [
            "db/gstudio-mongodb/Nodes.bson": "\u{5}\0\0\0\0", "db/gstudio-mongodb/Nodes.metadata.json": "{}",
            "db/assessment/Item.bson": "", "media/6/6/1/aa01.png": "picture", "media/help_videos/one.mp4": "film",
            "media/1/2/3/upload.key": "a pupil's slides",
            "rcs-repo/Nodes/1/2/4/5a1.json,v": "head", "rcs-repo/Nodes/1/2/4/5a2.json,v": "head",
            "rcs-repo/Nodes/1/2/4/5a2.json": "{}", "rcs-repo/Nodes/1/2/4/,5a1.json,": "lock",
            "postgres-dump/pg_dump_all.sql": "-- PostgreSQL database cluster dump complete\n",
            "postgres-dump/pgdump-2018061812-301500.sql": "-- old",
            "pg_dump_all.sql": "-- the factory's", "drop_database.sql": "-- no",
            "git-commit-details.log": "\nDate : x\n",
            "system-heartbeat/system-heartbeat-20180816-150101.log": "Info-msg : x",
            "system-heartbeat/system-heartbeat-20180816-160101.log": "",
            "gstudio-exported-users-analytics-csvs/2039150-mz150-eb-unit0-english-beginner-20180814-17h33m.csv": "a,b",
            "gstudio-exported-users-analytics-csvs/2039150-mz150-um-physics-motion-20180814-17h33m.csv": "",
            "activity-timestamp-csvs/mz150-green-apple-mz150-activity-visits-20180814-17h37m.csv": "Unit",
            "gstudio_tools_logs/Ice cubes/157501-Ice cubes.json": "[]", "gstudio-logs/fillCounter.log": "ok",
            "nginx-logs/access.log": "GET", "nginx-logs/access.log.2.gz": "gz", "nginx-logs/error.log": "e",
            "assessment-media/studentResponseFiles/5b1.mp3": "copy",
            "qbank/qbank_data.tar.gz": "tar", "qbank/pg_dump_all.sql": "-- not packed",
            "clixserver.tiss.edu/clixserver.tiss.edu.key": "dummy",
            "clixserver.tiss.edu/clixserver.tiss.edu.crt": "dummy",
            "local_settings.py": Self.localSettings, "server_settings.py": Self.serverSettings("mz150-copy"),
        ] { root.write(content, to: "home/core/data/\(name)") }
    }

    private func fillCodeAndStore() {
        let settings = "home/core/code/gstudio/gnowsys-ndf/gnowsys_ndf"
        root.write(Self.localSettings, to: "\(settings)/local_settings.py")
        root.write(Self.serverSettings("mz150"), to: "\(settings)/server_settings.py")
        root.write("original", to: "home/core/assesment-datastore/studentResponseFiles/5b1.mp3")
        root.write("original", to: "home/core/assesment-datastore/repository/AssetContent/5b1.mp3")
        root.write("{}", to: "home/core/unplatform/terminal-7/unplatform/user_data/1.json")
        root.write("dummy", to: "home/core/unplatform/terminal-7/keys/localhost.key")
        root.write("dummy", to: "home/core/unplatform/terminal-7/.git/config")
    }

    static let password = "Inv3nted@2)1^"
    static let localSettings = "DATABASES = {'default': {'PASSWORD':'\(password)',\t# Used\n}}\n"

    static func serverSettings(_ id: String) -> String {
        "GSTUDIO_INSTITUTE_ID ='\(id)'\nGSTUDIO_INSTITUTE_ID_SECONDARY ='2039150'\n"
            + "GSTUDIO_INSTITUTE_NAME ='St. Foo's H/S (Deficit)'\n"
    }

    func context(
        programs: any ProgramRunner = SubprocessRunner(), host: any HostFacts = FakeHost(), isClockTrusted: Bool = true,
        at seconds: Int64 = 1_534_413_600
    ) throws -> CollectionContext {
        var context = CollectionContext(
            sources: sources,
            identity: SchoolIdentity(
                serverID: try ServerID("mz150"), schoolCode: try SchoolCode("2039150"),
                schoolName: "St. Foo's H/S (Deficit)"),
            now: FileTime(seconds: seconds, nanoseconds: 5), isClockTrusted: isClockTrusted, programs: programs,
            host: host, scratch: root.makeFolder("scratch"),
            containerCache: root.path + "/container")
        // A school that has been collected from for years.
        context.firstTried = { _ in FileTime(seconds: 1_400_000_000, nanoseconds: 0) }
        return context
    }

    /// The paths that a collection of this dataset would take, sorted as in a manifest, with what else was seen.
    func survey(_ dataset: String) throws -> (paths: [String], survey: SourceSurvey, location: Location) {
        let location = Collectors.collector(for: Dataset.of(dataset)).locate(try context())
        var paths: [String] = []
        let survey = SourceSurvey(of: location.gathering) { path, _ in paths.append("\(path)") }
        return (paths, survey, location)
    }
}

/// A machine with given facts.
struct FakeHost: HostFacts {
    var name = "clixserver.tiss.edu"
    var interfaces: [InterfaceAddress] = []

    func hostname() -> String { name }
    func addresses() -> [InterfaceAddress] { interfaces }
    func memory() -> [UInt8] { Array("native memory\n".utf8) }
    func disks() -> [UInt8] { Array("native disks\n".utf8) }
    func uptime() -> [UInt8] { Array("native uptime\n".utf8) }
    func processes() -> [UInt8] { Array("native processes\n".utf8) }
}

/// Answers for programs by their name; one that has no answer is not installed.
struct FakePrograms: ProgramRunner {
    var answers: [String: @Sendable (Program) -> Result<ProgramResult, ProgramProblem>] = [:]

    func run(_ program: Program) async throws(ProgramProblem) -> ProgramResult {
        guard let answer = answers[program.executable] else {
            throw ProgramProblem(.notFound, "\(program.executable) is not installed on this machine")
        }
        return try answer(program).get()
    }

    /// Every program there is prints this.
    static func printing(_ texts: [String: String]) -> FakePrograms {
        FakePrograms(
            answers: texts.mapValues { text in
                { _ in .success(ProgramResult(ending: .exited(0), output: Array(text.utf8))) }
            })
    }
}
