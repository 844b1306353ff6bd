import LevelTree
import Testing

@testable import Settings

@Suite("A collectd.toml")
struct CollectdSettingsTests {
    @Test("that is empty gives the documented defaults")
    func empty() throws {
        let settings = try CollectdSettings(parsing: "")
        #expect(settings == CollectdSettings())
        #expect(settings.store == nil)
        #expect(settings.source.data == "/home/core/data")
        #expect(settings.source.assessmentStore == "/home/core/assesment-datastore")
        #expect(settings.staging.directory == "/var/lib/clix-collect")
        #expect(settings.staging.budget == 42_949_672_960)
        #expect(settings.staging.keepFree == 10_737_418_240)
        #expect(settings.school.timeZone == "Asia/Kolkata")
        #expect(settings.enabledDatasets == Dataset.all)
    }

    @Test("sets every key")
    func full() throws {
        let settings = try CollectdSettings(
            parsing: """
                store.url = "https://store.example.org:8443/"
                [school]
                server_id = "mz151"
                school_code = "2039151"
                school_name = "St. Foo's H/S (Deficit)"
                time_zone = "UTC"
                [source]
                data = "/srv/school/data/"
                code = "/srv/school/code"
                assessment_store = "/srv/school/store"
                container = "gstudio_1"
                docker = ["/opt/bin/docker", "--host", "unix:///run/other.sock"]
                unplatform = "/srv/school/ünplatform"
                [staging]
                directory = "/srv/staging"
                budget = "1.5 GiB"
                keep_free = "500MB"
                [upload]
                windows = ["Mon..Sat 15:00-22:00", "Sun 00:00-24:00"]
                rate = "512 KiB/s"
                rate_in_school_hours = "64 KiB/s"
                school_hours = "Mon..Fri 07:30-13:00"
                monthly_limit = "500 MiB"
                proxy = "http://10.0.0.1:3128"
                [collect]
                heartbeat.enabled = false
                nginx-logs = { exclude = ["*.error.log"], priority = 5, timeout = "45min" }
                [collect.assessment-media]
                enabled = false
                """)
        #expect(settings.store?.text == "https://store.example.org:8443")
        #expect(settings.school.serverID?.text == "mz151")
        #expect(settings.school.schoolCode?.text == "2039151")
        #expect(settings.school.schoolName == "St. Foo's H/S (Deficit)")
        #expect(settings.school.timeZone == "UTC")
        #expect(
            settings.source
                == SourcePaths(
                    data: "/srv/school/data", code: "/srv/school/code", assessmentStore: "/srv/school/store",
                    unplatform: "/srv/school/ünplatform", container: "gstudio_1",
                    docker: ["/opt/bin/docker", "--host", "unix:///run/other.sock"]))
        #expect(settings.staging.directory == "/srv/staging")
        #expect(settings.staging.budget == 1_610_612_736)
        #expect(settings.staging.keepFree == 500_000_000)
        #expect(settings.upload.rate == 524_288)
        #expect(
            settings.upload.windows
                == WeekHours(["Mon..Sat 15:00-22:00", "Sun 00:00-24:00"].compactMap { WeekHours($0) }))
        #expect(settings.upload.rateInSchoolHours == 65_536)
        #expect(settings.upload.schoolHours == WeekHours("Mon..Fri 07:30-13:00"))
        #expect(settings.upload.monthlyLimit == 500 << 20)
        #expect(settings.upload.proxy == "http://10.0.0.1:3128")
        #expect(settings.enabledDatasets.first?.name == "nginx-logs")
        #expect(settings.enabledDatasets.first.map { settings.settings(for: $0).timeout } == .seconds(2700))
        let names = Set(settings.enabledDatasets.map(\.name))
        #expect(
            Set(Dataset.all.map(\.name)).subtracting(names) == [
                "system-heartbeat", "assessment-media/repository", "assessment-media/studentResponseFiles",
            ])
    }

    @Test("that wants no dumps of the database wants no live files either, unless it says so")
    func liveFiles() throws {
        let (db, raw) = (try #require(Dataset(name: "db")), try #require(Dataset(name: "db-raw")))
        for (text, isOn) in [
            ("", true), ("[collect.db]\nenabled = true", true), ("[collect.db]\nenabled = false", false),
            ("[collect.db]\nenabled = false\n[collect.db-raw]\nenabled = true", true),
        ] {
            let settings = try CollectdSettings(parsing: text)
            #expect(settings.settings(for: raw).isEnabled == isOn)
            #expect(settings.enabledDatasets.contains(raw) == isOn)
            #expect(settings.settings(for: db).isEnabled == !text.contains("db]\nenabled = false"))
        }
    }

    @Test("says how the platform's scripts are run; a script that is not named has the defaults")
    func scripts() throws {
        let settings = try CollectdSettings(
            parsing: """
                [run.progress]
                schedule = "daily"
                enabled = true
                timeout = "1h 30min"
                [run.activity-timestamps]
                schedule = "Fri *-*-8..14,22..28"
                [run]
                assessments.enabled = false
                """)
        #expect(
            settings.scripts == [
                .progress: RunSettings(isEnabled: true, schedule: .daily, timeout: .seconds(5400)),
                .activityTimestamps: RunSettings(schedule: try CalendarRule("Fri *-*-8..14,22..28")),
                .assessments: RunSettings(isEnabled: false),
            ])
        #expect(CollectdSettings().settings(for: DerivedScript.progress) == RunSettings(timeout: .seconds(2700)))
    }

    @Test("may name every dataset by its name in quotes, or by its alias")
    func names() throws {
        for dataset in Dataset.all {
            for word in [dataset.name, dataset.alias].compactMap({ $0 }) {
                let settings = try CollectdSettings(parsing: "[collect.\"\(word)\"]\npriority = 7\n")
                #expect(settings.datasets == [dataset: DatasetSettings(priority: 7)])
            }
            if let alias = dataset.alias {
                #expect(try CollectdSettings(parsing: "[collect.\(alias)]\nenabled = false\n").datasets.count == 1)
            }
        }
    }

    @Test("leaves out what its patterns match, and what lies below it")
    func exclude() throws {
        let patterns = ExcludePatterns(["*.error.log", "old/*.gz", "/top", "\u{FC}*", "-x"])
        for (path, isOut) in [
            ("access.log", false), ("school.error.log", true), ("sub/x.error.log", true), ("x.error.log/inside", true),
            ("old/a.gz", true), ("new/old/a.gz", false), ("old/sub/a.gz", false), ("old/a.gz/deep/file", true),
            ("top", true), ("top/inside", true), ("sub/top", false), ("über", true), ("-x", true), (".error.log", true),
        ] {
            #expect(patterns.matches(try RelativePath(path)) == isOut, "\(path)")
        }
        #expect(!ExcludePatterns().matches(try RelativePath("a")))
    }

    @Test("leaves out names that are not UTF-8, too")
    func excludeRawBytes() throws {
        let name = try RelativePath([0xff, 0xfe] + Array(".gz".utf8))
        #expect(ExcludePatterns(["*.gz"]).matches(name))
        #expect(ExcludePatterns(["??.gz"]).matches(name))
        #expect(!ExcludePatterns(["?.gz"]).matches(name))
    }
}

@Suite("The example configuration")
struct ExampleTests {
    /// The root of the repository, from where this file stands.
    static let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    @Test("of the school is what an empty file says, and nothing in it is a key that we refuse")
    func collectd() throws {
        let settings = try SettingsFile.collectd(Self.root + "/etc/collectd.toml")
        #expect(settings == CollectdSettings())
    }

    @Test("of the school parses with every commented key switched on")
    func collectdUncommented() throws {
        let text = try String(contentsOfLines: Self.root + "/etc/collectd.toml") { line in
            guard line.hasPrefix("# "), line.contains(" = ") || line.hasPrefix("# [") else { return line }
            return String(line.dropFirst(2))
        }
        let settings = try CollectdSettings(parsing: text)
        #expect(settings.store?.text == "https://store.example.org:8443")
        #expect(settings.school.serverID?.text == "mz17")
        #expect(settings.source == SourcePaths())
        #expect(settings.staging == StagingSettings())
        #expect(settings.upload.rate == 524_288)
        #expect(settings.upload.schoolHours == UploadSettings.usualSchoolHours)
        #expect(settings.upload.monthlyLimit == 524_288_000)
        #expect(settings.datasets.count == 3)
        #expect(settings.scripts == [.progress: RunSettings(isEnabled: false, schedule: .daily)])
    }

    @Test("of the store parses")
    func store() throws {
        #expect(try SettingsFile.store(Self.root + "/etc/store.toml") == StoreSettings())
    }

    @Test("that is not there is an error that says so, and so is a folder")
    func unreadable() throws {
        for path in ["/nonexistent/collectd.toml", "/etc"] {
            let error = try #require(throws: SettingsError.self) { try SettingsFile.collectd(path) }
            #expect(error.code == .unreadable)
            #expect(error.message.hasPrefix(path))
        }
    }
}
