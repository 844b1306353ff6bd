import LevelTree
import Staging
import Testing

@testable import Collecting

@Suite struct `Where datasets lie` {
    @Test func `there is one collector for each dataset of the standard`() {
        #expect(Collectors.all.map(\.dataset.name).sorted() == Dataset.all.map(\.name).sorted())
        for dataset in Dataset.all { #expect(Collectors.collector(for: dataset).dataset == dataset) }
    }

    @Test(arguments: [
        ("media", ["1/2/3/upload.key", "6/6/1/aa01.png", "help_videos/one.mp4"]),
        ("postgres-dump", ["pg_dump_all.sql", "pgdump-2018061812-301500.sql"]),
        ("system-heartbeat", ["system-heartbeat-20180816-150101.log", "system-heartbeat-20180816-160101.log"]),
        (
            "gstudio-exported-users-analytics-csvs",
            [
                "2039150-mz150-eb-unit0-english-beginner-20180814-17h33m.csv",
                "2039150-mz150-um-physics-motion-20180814-17h33m.csv",
            ]
        ),
        ("activity-timestamp-csvs", ["mz150-green-apple-mz150-activity-visits-20180814-17h37m.csv"]),
        ("gstudio_tools_logs", ["Ice cubes/157501-Ice cubes.json"]), ("gstudio-logs", ["fillCounter.log"]),
        ("nginx-logs", ["access.log", "access.log.2.gz", "error.log"]),
        ("local_settings.py", ["local_settings.py"]), ("server_settings.py", ["server_settings.py"]),
        ("qbank_data.tar.gz", ["qbank_data.tar.gz"]),
        ("db", ["assessment/Item.bson", "gstudio-mongodb/Nodes.bson", "gstudio-mongodb/Nodes.metadata.json"]),
        ("assessment-media/studentResponseFiles", ["5b1.mp3"]),
    ])
    func `both installations have the host's data`(dataset: String, expected: [String]) throws {
        for layout in [FakeSchool.Layout.of2017, .of2018] {
            let found = try FakeSchool(layout).survey(dataset)
            #expect(found.paths == expected)
            #expect(found.location.absence == nil)
            #expect(found.survey.missedCount == 0)
        }
    }

    @Test func `settings come from the code tree, and from the copies where there is none`() throws {
        for (layout, folder) in [
            (FakeSchool.Layout.of2018, "/code/gstudio/gnowsys-ndf/gnowsys_ndf"), (.of2017, "/data"),
        ] {
            let school = FakeSchool(layout)
            for name in ["server_settings.py", "local_settings.py"] {
                let parts = try school.survey(name).location.gathering.parts
                #expect(parts.map(\.placeText) == ["\(school.root.path)/home/core\(folder)/\(name)"])
            }
        }
    }

    @Test func `pupils' answers come from qbank's folder and the copy, or from the copy alone`() throws {
        let new = FakeSchool(.of2018)
        let old = FakeSchool(.of2017)
        let dataset = "assessment-media/studentResponseFiles"
        #expect(
            try new.survey(dataset).location.gathering.parts.map(\.placeText)
                == ["\(new.sources.assessmentStore)/studentResponseFiles", "\(new.sources.data)/\(dataset)"])
        #expect(try old.survey(dataset).location.gathering.parts.map(\.placeText) == ["\(old.sources.data)/\(dataset)"])
    }

    @Test func `assessment media are found in qbank's folder, or under data as in a collected tree`() throws {
        #expect(try FakeSchool(.of2018).survey("assessment-media/repository").paths == ["AssetContent/5b1.mp3"])
        let collected = FakeSchool(.of2017)
        collected.root.write("x", to: "home/core/data/assessment-media/repository/AssetContent/5b2.mp3")
        #expect(try collected.survey("assessment-media/repository").paths == ["AssetContent/5b2.mp3"])
    }

    @Test func `qbank's archive is also found where a collected tree has it`() throws {
        let school = FakeSchool(.of2017)
        shell("mv '\(school.sources.data)/qbank/qbank_data.tar.gz' '\(school.sources.data)/'")
        let parts = try school.survey("qbank_data.tar.gz").location.gathering.parts
        #expect(parts.map(\.placeText) == ["\(school.sources.data)/qbank_data.tar.gz"])
    }

    @Test(arguments: ["assessment-media/repository", "unplatform"])
    func `what the 2017 installation lacks is absent, which is no fault`(dataset: String) throws {
        let location = try FakeSchool(.of2017).survey(dataset).location
        #expect(location.absence?.contains("there is no folder") == true)
        #expect(location.problem == nil)
    }

    @Test func `a source that has vanished is still named, for staging to judge`() async throws {
        let school = FakeSchool()
        shell("rm -r '\(school.sources.data)/media'")
        let collector = Collectors.collector(for: .of("media"))
        let gathering = try await collector.gather(try school.context())
        #expect(gathering.parts.map(\.placeText) == ["\(school.sources.data)/media"])
        #expect(collector.locate(try school.context()).absence == "there is no folder \(school.sources.data)/media")
    }

    @Test func `RCS lock files are listed and not taken, a working file beside its history is kept`() throws {
        let found = try FakeSchool().survey("rcs-repo")
        #expect(found.paths == ["Nodes/1/2/4/5a1.json,v", "Nodes/1/2/4/5a2.json", "Nodes/1/2/4/5a2.json,v"])
        #expect(found.survey.skipped.map(\.path) == ["Nodes/1/2/4/,5a1.json,"])
        #expect(found.survey.skipped.first?.reason.contains("RCS lock") == true)
    }

    @Test func `the drop folder is shown as it is, but for keys and other programs' state`() throws {
        let found = try FakeSchool().survey("unplatform")
        #expect(found.paths == ["terminal-7/unplatform/user_data/1.json"])
        #expect(found.survey.skipped.map(\.path) == ["terminal-7/.git", "terminal-7/keys/localhost.key"])
    }

    @Test func `nothing that must not be collected is in any dataset`() throws {
        let school = FakeSchool()
        for folder in ["media", "nginx-logs", "rcs-repo", "assessment-media/studentResponseFiles"] {
            for name in [".git/config", ".gnupg/secring", ".stfolder", ".stignore", "backups/old.tar", ".ssh/id"] {
                school.root.write("dummy", to: "home/core/data/\(folder)/\(name)")
            }
        }
        for collector in Collectors.all {
            let paths = try school.survey(collector.dataset.name).paths
            let forbidden = [".git/", ".gnupg", ".st", "backups", ".ssh", ".key", "factory"]
            for path in paths where path != "1/2/3/upload.key" {
                #expect(!forbidden.contains { path.contains($0) }, "\(collector.dataset): \(path)")
            }
            #expect(!paths.contains("drop_database.sql"))
        }
    }

    @Test func `the factory's dump is never the current one`() throws {
        let school = FakeSchool()
        shell("rm -r '\(school.sources.data)/postgres-dump'")
        #expect(try school.survey("postgres-dump").location.absence != nil)
        for collector in Collectors.all {
            let parts = try school.survey(collector.dataset.name).location.gathering.parts
            #expect(!parts.map(\.placeText).contains("\(school.sources.data)/pg_dump_all.sql"))
        }
    }
}

extension Gathering.Part {
    var placeText: String {
        if case .text(_, let path, _, _) = self { return "made: \(path)" }
        return place.map { escapedText($0.path) } ?? ""
    }
}
