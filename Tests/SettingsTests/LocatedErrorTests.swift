import Testing

@testable import Settings

/// Each case: a text, and the lines that the person who wrote it shall read.
struct WrongSettings: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let lines: [String]

    init(_ name: String, _ text: String, _ lines: String...) {
        self.name = name
        self.text = text
        self.lines = lines
    }

    var testDescription: String { name }
}

private let wrong: [WrongSettings] = [
    .init(
        "a slip in a key", "[staging]\nbudgit = \"40 GiB\"\n",
        "t:2:1: unknown key \"budgit\" in [staging]; did you mean \"budget\"?"),
    .init(
        "a key far from any", "[staging]\n  quota = 1\n",
        "t:2:3: unknown key \"quota\" in [staging]; known are budget, directory, keep_free"),
    .init("a slip in a table", "[stagin]\n", "t:1:2: unknown table [stagin]; did you mean [staging]?"),
    .init(
        "a key without its table", "budget = \"1 GiB\"\n",
        "t:1:1: unknown key \"budget\" in the file; did you mean \"budget\" in [staging]?"),
    .init(
        "a slip in a dataset", "[collect.heartbeet]\nenabled = true\n",
        "t:1:10: unknown table [collect.heartbeet]; did you mean [collect.heartbeat]?"),
    .init(
        "a dataset's name without its quotes", "[collect]\nlocal_settings.py.enabled = false\n",
        "t:2:1: unknown table [collect.local_settings]; did you mean [collect.local-settings]?"),
    .init(
        "a dataset's name with a dot for its slash", "[collect.assessment-media.repository]\nenabled = false\n",
        "t:1:27: unknown table [collect.assessment-media.repository]; did you mean "
            + "[collect.\"assessment-media/repository\"]?"),
    .init(
        "a key of a dataset", "[collect.\"rcs-repo\"]\nexcludes = []\n",
        "t:2:1: unknown key \"excludes\" in [collect.rcs-repo]; did you mean \"exclude\"?"),
    .init(
        "an integer for a size", "[staging]\nbudget = 40\n",
        "t:2:10: budget in [staging] must be a size such as \"40 GiB\", not an integer"),
    .init(
        "a size without a unit", "[staging]\nbudget = \"40\"\n",
        "t:2:10: budget in [staging] is \"40\"; it must be a size such as \"40 GiB\""),
    .init(
        "a size for a rate", "[upload]\nrate = \"512 KiB\"\n",
        "t:2:8: rate in [upload] is \"512 KiB\"; it must be a rate above nothing, such as \"512 KiB/s\""),
    .init(
        "a rate of nothing", "[upload]\nrate = \"0 B/s\"\n",
        "t:2:8: rate in [upload] is \"0 B/s\"; it must be a rate above nothing, such as \"512 KiB/s\""),
    .init(
        "a text for true", "[collect.db]\nenabled = \"yes\"\n",
        "t:2:11: enabled in [collect.db] must be true or false, not a text"),
    .init(
        "a number out of bounds", "[collect]\ndb = { priority = -1 }\n",
        "t:2:19: priority in [collect.db] must be an integer from 0 to 1000, not -1"),
    .init(
        "a date for a number", "[collect.db]\npriority = 2018-08-14\n",
        "t:2:12: priority in [collect.db] must be an integer from 0 to 1000, not a date or time"),
    .init(
        "a time without a unit", "[collect.db]\ntimeout = \"45\"\n",
        "t:2:11: timeout in [collect.db] is \"45\"; it must be a time above nothing, such as \"90s\" or \"2h\""),
    .init(
        "a relative path", "[source]\ndata = \"home/core/data\"\n",
        "t:2:8: data in [source]: \"home/core/data\" is not an absolute path such as \"/home/core/data\""),
    .init(
        "a path that climbs", "[source]\ndata = \"/home/../data\"\n",
        "t:2:8: data in [source]: \"/home/../data\" has the step .., which is not allowed, since it leads elsewhere "
            + "where the path has symbolic links; write the path without it"),
    .init(
        "one wrong element of a list", "[collect.nginx-logs]\nexclude = [\n  \"*.gz\", # kept\n  7,\n]\n",
        "t:4:3: exclude in [collect.nginx-logs] must be a list of patterns such as \"*.error.log\"; an integer is none"),
    .init(
        "a text for a list", "[collect.nginx-logs]\nexclude = \"*.gz\"\n",
        "t:2:11: exclude in [collect.nginx-logs] must be a list of patterns such as \"*.error.log\", not a text"),
    .init(
        "a value for a table", "staging = \"/srv\"\n",
        "t:1:1: staging must be a table, not a text: write [staging] on a line of its own and its keys below"),
    .init(
        "a list of tables for a table", "[[staging]]\nbudget = \"1 GiB\"\n",
        "t:1:3: staging must be a table, not a list: write [staging] on a line of its own and its keys below"),
    .init(
        "an address without TLS", "[store]\nurl = \"http://store.example.org\"\n",
        "t:2:7: url in [store]: \"http://store.example.org\" must begin with https://; "
            + "data of pupils never travels unencrypted"),
    .init(
        "an address with a password, which is not repeated", "[store]\nurl = \"http://a:b@store.example.org\"\n",
        "t:2:7: url in [store]: the store's address must hold no user name or password; "
            + "a school proves itself by its token"),
    .init(
        "a proxy with a password, which is not repeated", "[upload]\nproxy = \"ftp://a:b@10.0.0.1:3128\"\n",
        "t:2:9: proxy in [upload]: a proxy's password must not stand in this file, which everybody may read; "
            + "write the whole address into /etc/credstore/clix-collectd.proxy instead, mode 0600"),
    .init(
        "a server id that is none", "[school]\nserver_id = \"17\"\n",
        "t:2:13: server_id in [school]: \"17\" is not a server id; one looks like mz17: letters, then a number"),
    .init(
        "a time zone that leaves its folder", "[school]\ntime_zone = \"../../etc/passwd\"\n",
        "t:2:13: time_zone in [school] is \"../../etc/passwd\"; it must be a name of the time zone database, "
            + "such as \"Asia/Kolkata\""),
    .init(
        "a container that is an option", "[source]\ncontainer = \"-v\"\n",
        "t:2:13: container in [source] is \"-v\"; it must be the name of a Docker container, such as \"gstudio\""),
    .init(
        "a docker command that is one text", "[source]\ndocker = \"docker\"\n",
        "t:2:10: docker in [source] must be a list of words such as \"docker\", not a text"),
    .init(
        "a docker command of no words", "[source]\ndocker = []\n",
        "t:2:10: docker in [source] must be a list of words such as \"docker\", and not empty"),
    .init(
        "a docker command that depends on the folder", "[source]\ndocker = [\"bin/docker\"]\n",
        "t:2:10: docker in [source] begins with \"bin/docker\"; it must begin with a program's name or absolute path"),
    .init(
        "one dataset under two names", "[collect.heartbeat]\n[collect.system-heartbeat]\nenabled = false\n",
        "t:2:10: [collect.system-heartbeat] speaks of system-heartbeat, for which [collect.heartbeat] in line 1 "
            + "stands already; keep one of them"),
    .init(
        "both halves and one of them",
        "[collect.\"assessment-media/repository\"]\nenabled = false\n[collect.assessment-media]\nenabled = false\n",
        "t:3:10: [collect.assessment-media] speaks of assessment-media/repository, for which "
            + "[collect.\"assessment-media/repository\"] in line 1 stands already; keep one of them"),
    .init(
        "a time that is none", "[collect.heartbeat]\nschedule = \"hurly\"\n",
        "t:2:12: schedule in [collect.heartbeat]: \"hurly\" is no calendar text: \"hurly\" is neither a weekday nor a span "
            + "such as Mon..Fri. Such texts are hourly, daily, weekly, or like \"Mon..Sat 08:00\" or \"Fri *-*-8..14\""),
    .init(
        "hours that are none", "[upload]\nwindows = [\"Sun 15:00-22:00\", \"Sun\"]\nschool_hours = \"8-16\"\n",
        "t:2:31: windows in [upload] must be a list of hours such as \"Mon..Sat 15:00-22:00\"; \"Sun\" is none",
        "t:3:16: school_hours in [upload] is \"8-16\"; it must be hours such as \"Mon..Sat 08:00-16:00\""),
    .init(
        "windows that never open", "[upload]\nwindows = []\n",
        "t:2:11: windows in [upload] is empty, and nothing would ever be sent; give hours such as "
            + "\"Mon..Sat 15:00-22:00\", or remove it to send at any time"),
    .init(
        "limits that let nothing through, and a slip",
        "[upload]\nmonthly_limit = \"0 MiB\"\nrate_in_school_hours = \"0 KiB/s\"\nwindow = []\n",
        "t:2:17: monthly_limit in [upload] is \"0 MiB\"; it must be a size above nothing, such as \"500 MiB\"",
        "t:3:24: rate_in_school_hours in [upload] is \"0 KiB/s\"; it must be a rate above nothing, such as "
            + "\"512 KiB/s\"",
        "t:4:1: unknown key \"window\" in [upload]; did you mean \"windows\"?"),
    .init(
        "a script with a slip in its name, and one there is not", "[run.progess]\n[run.heartbeat]\n",
        "t:1:6: unknown table [run.progess]; did you mean [run.progress]?",
        "t:2:6: unknown table [run.heartbeat]; known are activity-timestamps, assessments, progress"),
    .init(
        "a script's keys in the wrong table, misspelt, and with values that are none",
        "[run]\nschedule = \"daily\"\n[run.assessments]\nenabeld = true\ntimeout = \"0s\"\nschedule = \" \"\n",
        "t:2:1: unknown key \"schedule\" in [run]; did you mean \"schedule\" in [run.progress]?",
        "t:4:1: unknown key \"enabeld\" in [run.assessments]; did you mean \"enabled\"?",
        "t:5:11: timeout in [run.assessments] is \"0s\"; it must be a time above nothing, such as \"90s\" or \"2h\"",
        "t:6:12: schedule in [run.assessments]: \" \" is no calendar text: it is empty. Such texts are hourly, daily, "
            + "weekly, or like \"Mon..Sat 08:00\" or \"Fri *-*-8..14\""),
    .init(
        "several at once, in the order of the file",
        "[upload]\nrate = 1\n[store]\nurl = 2\n[nonsense]\n",
        "t:2:8: rate in [upload] must be a rate above nothing, such as \"512 KiB/s\", not an integer",
        "t:4:7: url in [store] must be an address such as \"https://store.example.org:8443\", not an integer",
        "t:5:2: unknown table [nonsense]; known at the top are collect, run, school, source, staging, store, upload"),
]

@Suite("A wrong collectd.toml")
struct LocatedErrorTests {
    @Test("is refused with the place and what to write", arguments: wrong)
    func located(_ wrong: WrongSettings) throws {
        let error = try #require(throws: SettingsError.self) {
            try CollectdSettings(parsing: wrong.text, file: "t")
        }
        #expect(error.lines == wrong.lines)
        #expect(error.code == .invalid)
        #expect(error.isPermanent)
    }

    @Test(
        "that is not TOML is refused with line and column",
        arguments: [
            ("[store\nurl = 1\n", 1), ("[store]\nurl = \"https://x\n", 2), ("[staging]\nbudget = 40 GiB\n", 2),
            ("[store]\nurl = \"https://a\"\nurl = \"https://b\"\n", 3), ("[store]\n\n[store]\n", 3), ("\u{0}", 1),
            ("[store]\n\u{0}\u{0}\u{0}\n", 2),
        ])
    func syntax(_ text: String, line: Int) throws {
        let error = try #require(throws: SettingsError.self) { try CollectdSettings(parsing: text, file: "t") }
        #expect(error.code == .syntax)
        #expect(error.problems.first?.location?.line == line)
        #expect((error.problems.first?.location?.column ?? 0) >= 1)
    }

    @Test("as a store.toml, too, names the nearest key and the place")
    func store() throws {
        let error = try #require(throws: SettingsError.self) {
            try StoreSettings(
                parsing: "# x\nlisten_to = \"0.0.0.0:1\"\nreader_group = \"a b\"\nlisten = \":::1\"\n", file: "s")
        }
        #expect(
            error.lines == [
                "s:2:1: unknown key \"listen_to\" in the file; did you mean \"listen\"?",
                "s:3:16: reader_group is \"a b\"; it must be the name of a Unix group, such as \"clix-readers\"",
                "s:4:10: listen is \":::1\"; it must be an address and port such as \"0.0.0.0:8443\"",
            ])
    }
}
