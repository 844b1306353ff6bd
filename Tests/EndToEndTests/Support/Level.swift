/// Every LEVEL 3, 4 and 5 name of the data-collection standard, with where the made-up school has it.
struct Level: Sendable {
    /// Below LEVEL 2.
    let path: String
    /// Below the source root.
    let source: String
    /// What the collection adds of its own making, or nil: the folder is just what the source has.
    var madeHere: (@Sendable (String) -> Bool)?
    /// Whether the source's logs are filed line by line: then lines are compared, and not files.
    var isFollowed = false

    static let folders: [Level] = [
        Level(path: "gstudio/db", source: "home/core/data/db"),
        Level(path: "gstudio/media", source: "home/core/data/media"),
        Level(path: "gstudio/rcs-repo", source: "home/core/data/rcs-repo"),
        Level(path: "gstudio/postgres-dump", source: "home/core/data/postgres-dump"),
        Level(path: "gstudio/system-heartbeat", source: "home/core/data/system-heartbeat") {
            $0.hasPrefix("system-heartbeat-\(collectionYear)") && $0.hasSuffix(".log")
        },
        Level(
            path: "gstudio/gstudio-exported-users-analytics-csvs",
            source: "home/core/data/gstudio-exported-users-analytics-csvs"),
        Level(path: "gstudio/activity-timestamp-csvs", source: "home/core/data/activity-timestamp-csvs"),
        Level(path: "gstudio/gstudio_tools_logs", source: "home/core/data/gstudio_tools_logs"),
        Level(path: "gstudio/gstudio-logs", source: "home/core/data/gstudio-logs"),
        Level(path: "gstudio/nginx-logs", source: "home/core/data/nginx-logs", isFollowed: true),
        Level(
            path: "gstudio/assessment-media/repository", source: "home/core/assesment-datastore/repository"),
        Level(
            path: "gstudio/assessment-media/studentResponseFiles",
            source: "home/core/assesment-datastore/studentResponseFiles"),
        // Each lab PC's below its terminal id.
        Level(
            path: "unplatform/7/lab PC 7-QBank-2018-10-29-13-05-11",
            source: "home/core/unplatform/lab PC 7-QBank-2018-10-29-13-05-11"),
        Level(
            path: "unplatform/8/lab PC 8-QBank-2018-10-29-13-05-11",
            source: "home/core/unplatform/lab PC 8-QBank-2018-10-29-13-05-11"),
    ]

    static let files: [Level] = [
        Level(
            path: "gstudio/local_settings.py",
            source: "home/core/code/gstudio/gnowsys-ndf/gnowsys_ndf/local_settings.py"),
        Level(
            path: "gstudio/server_settings.py",
            source: "home/core/code/gstudio/gnowsys-ndf/gnowsys_ndf/server_settings.py"),
        Level(path: "gstudio/qbank_data.tar.gz", source: "home/core/data/qbank/qbank_data.tar.gz"),
        Level(path: "gstudio/git-commit-details.log", source: "home/core/data/git-commit-details.log"),
    ]

    /// The one item that has no file at the source at all.
    static let gitCommitLog = "gstudio/git-commit.log"

    /// Names directly below `gstudio`, as the standard's drawing has them and practice adds to them.
    static let levelFour: Set<String> = [
        "db", "media", "rcs-repo", "postgres-dump", "system-heartbeat", "gstudio-exported-users-analytics-csvs",
        "activity-timestamp-csvs", "gstudio_tools_logs", "gstudio-logs", "local_settings.py", "server_settings.py",
        "git-commit.log", "git-commit-details.log", "assessment-media", "nginx-logs", "qbank_data.tar.gz",
    ]
}

extension Level {
    /// Sentences about everything in a tree's LEVEL 2 folder that is not as at the made-up school's source.
    static func differences(
        tree: String, source: String, _ compare: FileTree.Compare = .bytesAndTimes
    ) throws -> [String] {
        var found: [String] = []
        for level in folders {
            var inTree = try FileTree("\(tree)/\(level.path)", ifPresent: true)
            if let madeHere = level.madeHere { inTree = inTree.without(madeHere) }
            let atSource = try FileTree("\(source)/\(level.source)")
            if level.isFollowed {
                found += try inTree.differencesOfLines(from: atSource).map { "\(level.path): \($0)" }
                continue
            }
            found += try inTree.differences(from: atSource, compare).map { "\(level.path): \($0)" }
        }
        for level in files {
            let inTree = try FileTree(folderOf: "\(tree)/\(level.path)")
            let atSource = try FileTree(folderOf: "\(source)/\(level.source)")
            found += try inTree.differences(from: atSource, compare).map { "\(level.path): \($0)" }
        }
        return found
    }
}

extension FileTree {
    func without(_ unwanted: (String) -> Bool) -> FileTree {
        FileTree(root: root, files: files.filter { !unwanted($0.key) })
    }

    /// Sentences about lines that are not as often here as in the logs of `expected`, rotated and compressed ones too; and
    /// about files that are not named by their day.
    func differencesOfLines(from expected: FileTree) throws -> [String] {
        var count: [Substring: Int] = [:]
        let here = try files.keys.sorted().map { try String(decoding: content($0), as: UTF8.self) }
        let there = try expected.files.keys.map { path in
            path.hasSuffix(".gz")
                ? try ChildProcess.succeed("/usr/bin/gzip", "-dc", "\(expected.root)/\(path)").output
                : String(decoding: try expected.content(path), as: UTF8.self)
        }
        for text in here { for line in text.split(separator: "\n") { count[line, default: 0] += 1 } }
        for text in there { for line in text.split(separator: "\n") { count[line, default: 0] -= 1 } }
        let names = files.keys.filter { $0.wholeMatch(of: /.+-[0-9]{8}\.log/) == nil }
        return names.map { "\($0) is not a day's file" }
            + count.filter { $0.value != 0 }.map { "\($0.value > 0 ? "too often" : "missing"): \($0.key)" }.prefix(20)
    }

    /// Just one file, as a tree.
    init(folderOf file: String) throws {
        let (folder, name) = (file.deletingLastComponent, file.lastComponent)
        let whole = try FileTree(folder, ifPresent: true, depth: 1)
        self.init(root: folder, files: whole.files.filter { $0.key == name })
    }
}

extension String {
    var lastComponent: String { split(separator: "/").last.map(String.init) ?? self }
    var deletingLastComponent: String { String(dropLast(lastComponent.count + 1)) }
}
