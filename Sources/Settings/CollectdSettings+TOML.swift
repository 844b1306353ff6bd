import LevelTree

extension CollectdSettings {
    /// Reads the text of a `collectd.toml`. Pure: no path is looked at.
    ///
    /// - Parameter file: how the file is named in messages.
    /// - Throws: `SettingsError` with every problem found.
    public init(parsing text: String, file: String = "collectd.toml") throws(SettingsError) {
        let document = try SettingsValue.document(text, file: file)
        let problems = SettingsProblems(positions: KeyPositions(text))
        var root = TableReader(document, path: [], problems: problems)
        self.init(
            store: Self.storeURL(root.table("store")),
            school: SchoolSettings(root.table("school")),
            source: SourcePaths(root.table("source")),
            staging: StagingSettings(root.table("staging")),
            upload: UploadSettings(root.table("upload")),
            datasets: Self.datasets(root.table("collect")),
            scripts: RunSettings.all(root.table("run")))
        root.finish(hint: { key in Self.homes[key].map { "\"\(key)\" in [\($0)]" } })
        try problems.throwIfAny(file: file)
    }

    /// The table each key lives in, for one that was written at the top.
    private static let homes = [
        "url": "store", "server_id": "school", "school_code": "school", "school_name": "school", "time_zone": "school",
        "data": "source", "code": "source", "assessment_store": "source", "container": "source",
        "docker": "source",
        "directory": "staging", "budget": "staging", "keep_free": "staging", "rate": "upload", "proxy": "upload",
        "windows": "upload", "rate_in_school_hours": "upload", "school_hours": "upload", "monthly_limit": "upload",
    ]

    private static func storeURL(_ table: TableReader) -> StoreURL? {
        var table = table
        let url = table.text("url", "an address such as \"https://store.example.org:8443\"", checked: StoreURL.init)
        table.finish()
        return url
    }

    /// `[collect.heartbeat]` and its like. A dataset may be named once, by its name or its alias; `assessment-media`
    /// names both of its halves.
    private static func datasets(_ table: TableReader) -> [Dataset: DatasetSettings] {
        var table = table
        var settings: [Dataset: DatasetSettings] = [:]
        var namedBy: [Dataset: String] = [:]
        for word in table.keysInOrder {
            let datasets = Dataset.named(word)
            guard !datasets.isEmpty else { continue }
            let below = table.table(word)
            if let taken = datasets.lazy.compactMap({ dataset in namedBy[dataset].map { (dataset, $0) } }).first {
                let line = table.problems.positions.key(["collect", taken.1]).map { " in line \($0.line)" } ?? ""
                table.problems.report(
                    at: table.problems.positions.key(["collect", word]),
                    "\(below.title) speaks of \(taken.0.name), for which "
                        + "\(TableReader.header(["collect", taken.1]))\(line) stands already; keep one of them")
            }
            let values = DatasetSettings(below)
            for dataset in datasets {
                settings[dataset] = values
                namedBy[dataset] = word
            }
        }
        table.finish(hint: { word in
            nearestName(to: word, among: Dataset.words).map { TableReader.header(["collect", $0]) }
        })
        return settings
    }
}

extension SchoolSettings {
    fileprivate init(_ table: TableReader) {
        var table = table
        self.init()
        serverID = table.text("server_id", "a server id such as \"mz17\"", checked: ServerID.init)
        schoolCode = table.text("school_code", "a school code such as \"2031017\"", checked: SchoolCode.init(_:))
        schoolName = table.text("school_name", "a name of at most 200 characters on one line") { name in
            let isPlain = name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
            return isPlain && name.count <= 200 ? name : nil
        }
        timeZone =
            table.text("time_zone", "a name of the time zone database, such as \"Asia/Kolkata\"") { name in
                Self.isTimeZoneName(name) ? name : nil
            } ?? timeZone
        table.finish()
    }

    /// Whether it may be the name of a file below `/usr/share/zoneinfo`; whether it is one shows when it is used.
    private static func isTimeZoneName(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"),
                UInt8(ascii: "/"):
                true
            default: false
            }
        }
        return isPlain && !name.isEmpty && !name.hasPrefix("/") && !name.hasSuffix("/")
    }
}

extension SourcePaths {
    fileprivate init(_ table: TableReader) {
        var table = table
        self.init()
        data = table.path("data") ?? data
        code = table.path("code") ?? code
        assessmentStore = table.path("assessment_store") ?? assessmentStore
        unplatform = table.path("unplatform") ?? unplatform
        container =
            table.text("container", "the name of a Docker container, such as \"gstudio\"") { name in
                Self.isContainerName(name) ? name : nil
            } ?? container
        docker = table.command("docker", "words such as \"docker\"") ?? docker
        table.finish()
    }

    /// Docker's own rule, so a name can never be taken for an option.
    private static func isContainerName(_ name: String) -> Bool {
        name.utf8.enumerated().allSatisfy { position, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): position > 0
            default: false
            }
        } && name.utf8.count > 1
    }
}

extension StagingSettings {
    fileprivate init(_ table: TableReader) {
        var table = table
        self.init()
        directory = table.path("directory") ?? directory
        budget = table.text("budget", "a size such as \(Quantity.sizeExample)", Quantity.size) ?? budget
        keepFree = table.text("keep_free", "a size such as \(Quantity.sizeExample)", Quantity.size) ?? keepFree
        table.finish()
    }
}

extension UploadSettings {
    fileprivate init(_ table: TableReader) {
        var table = table
        self.init()
        windows = Self.windows(&table)
        rate = Self.rate("rate", &table)
        rateInSchoolHours = Self.rate("rate_in_school_hours", &table)
        schoolHours =
            table.text("school_hours", "hours such as \"Mon..Sat 08:00-16:00\"") { WeekHours($0) } ?? schoolHours
        monthlyLimit = table.text("monthly_limit", "a size above nothing, such as \"500 MiB\"") { text in
            Quantity.size(text).flatMap { $0 > 0 ? $0 : nil }
        }
        proxy = table.text("proxy", "a proxy such as \"http://10.0.0.1:3128\"", checked: Self.checkedProxy)
        table.finish()
    }

    private static func rate(_ key: String, _ table: inout TableReader) -> UInt64? {
        table.text(key, "a rate above nothing, such as \(Quantity.rateExample)") { text in
            Quantity.rate(text).flatMap { $0 > 0 ? $0 : nil }
        }
    }

    private static func windows(_ table: inout TableReader) -> WeekHours? {
        let expected = "hours such as \(WeekHours.example)"
        let place = table.problems.positions.value(table.path + ["windows"])
        guard let parts = table.texts("windows", of: expected, { WeekHours($0) }) else { return nil }
        guard let given = table.given("windows"), case .array(let elements) = given.value else { return nil }
        if elements.isEmpty {
            table.problems.report(
                at: place,
                "\(given.name) is empty, and nothing would ever be sent; give hours such as \(WeekHours.example), or "
                    + "remove it to send at any time")
        }
        return WeekHours(parts)
    }

    private static func checkedProxy(_ text: String) throws(StoreURL.Problem) -> String {
        // First of all: no message may repeat a password.
        guard !text.contains("@") else {
            throw .init(
                description: "a proxy's password must not stand in this file, which everybody may read; "
                    + "write the whole address into /etc/credstore/clix-collectd.proxy instead, mode 0600")
        }
        guard isProxy(text) else {
            throw .init(description: "\"\(text)\" is not a proxy's address; one looks like http://10.0.0.1:3128")
        }
        return text
    }

    /// Whether this is a proxy's address, with or without a password.
    public static func isProxy(_ text: String) -> Bool {
        let schemes = ["http://", "https://", "socks5://", "socks5h://"]
        guard let scheme = schemes.first(where: text.lowercased().hasPrefix) else { return false }
        return text.utf8.count > scheme.utf8.count && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }
}

extension DatasetSettings {
    fileprivate init(_ table: TableReader) {
        var table = table
        self.init()
        isEnabled = table.boolean("enabled") ?? true
        exclude = ExcludePatterns(
            table.texts("exclude", of: "patterns such as \"*.error.log\"") {
                ExcludePatterns.isUsable($0) ? $0 : nil
            } ?? [])
        priority = table.integer("priority", in: 0...1000)
        timeout = table.positiveDuration("timeout")
        schedule = table.schedule("schedule")
        afterBoot = table.text("after_boot", "a time such as \(Quantity.durationExample)", Quantity.duration)
        table.finish(
            hint: { key in
                // [collect.assessment-media.repository]: TOML reads the dot as a table within a table.
                let word = "\(table.path.last ?? "")/\(key)"
                return Dataset.named(word).isEmpty ? nil : "[collect.\"\(word)\"]"
            })
    }
}

extension TableReader {
    mutating func schedule(_ key: String) -> CalendarRule? {
        text(key, "a time such as \"daily\" or \"Fri *-*-8..14,22..28\"", checked: CalendarRule.init(_:))
    }

    mutating func positiveDuration(_ key: String) -> Duration? {
        text(key, "a time above nothing, such as \(Quantity.durationExample)") { text in
            Quantity.duration(text).flatMap { $0 > .zero ? $0 : nil }
        }
    }

    /// A program, by its name or its absolute path, and the words that follow it.
    mutating func command(_ key: String, _ expected: String) -> [String]? {
        let place = problems.positions.value(path + [key])
        let words = texts(key, of: expected) { word in
            word.isEmpty || word.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) ? nil : word
        }
        guard let words, let program = words.first else {
            if words != nil {
                problems.report(at: place, "\(key) in \(title) must be a list of \(expected), and not empty")
            }
            return nil
        }
        guard program.hasPrefix("/") || !program.contains("/") else {
            problems.report(
                at: place,
                "\(key) in \(title) begins with \"\(escapedText(program.utf8))\"; it must begin with a program's name or "
                    + "absolute path")
            return nil
        }
        return words
    }

    /// An absolute path, without slashes at its end.
    mutating func path(_ key: String) -> String? {
        let expected = "an absolute path such as \"/home/core/data\""
        func checked(_ text: String) throws(UnusablePath) -> String {
            var path = text[...]
            while path.count > 1, path.last == "/" { path.removeLast() }
            if let step = path.split(separator: "/").first(where: { $0 == ".." || $0 == "." }) {
                throw UnusablePath(
                    description: "\"\(escapedText(text.utf8))\" has the step \(step), which is not allowed, since it "
                        + "leads elsewhere where the path has symbolic links; write the path without it")
            }
            guard path.hasPrefix("/"), path != "/", !path.utf8.contains(0), path.utf8.count < 4096 else {
                throw UnusablePath(description: "\"\(escapedText(text.utf8))\" is not \(expected)")
            }
            return String(path)
        }
        return text(key, expected, checked: checked)
    }
}

private struct UnusablePath: Error, CustomStringConvertible {
    let description: String
}
