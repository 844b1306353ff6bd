import Glibc
import LevelTree
import Settings

@testable import Collecting
@testable import Staging

/// A drop folder, and a staging directory that passes over it are published in.
final class DropSite {
    let school = FakeSchool()
    let staging: Staging
    var room: UInt64 = .max
    var excluded: [String] = []
    /// The school's clock: after all that is written here.
    var now: Int64 = 1_540_900_000

    init() throws {
        var options = StagingOptions(budget: 1 << 40, keepFree: 0)
        // An hour ahead: nothing that a test just wrote counts as racy.
        options.fileClock = {
            var now = currentFileTime()
            now.seconds += 3600
            return now
        }
        staging = try Staging.open(
            at: school.root.path + "/staging", identity: try school.context().identity, options: options)
        shell("rm -r '\(drop)'; mkdir '\(drop)'")
    }

    var drop: String { school.sources.unplatform }

    /// When everything was written, unless a test says otherwise.
    static let written: Int64 = 1_540_800_000

    func write(_ content: String, to name: String, at seconds: Int64 = DropSite.written) {
        school.root.write(content, to: "home/core/unplatform/\(name)")
        touch(name, at: seconds)
    }

    func touch(_ name: String, at seconds: Int64) { shell("touch -h -d @\(seconds) '\(drop)/\(name)'") }

    func remove(_ name: String) { shell("rm -r '\(drop)/\(name)'") }

    /// Makes an archive with Python's zipfile.
    /// - Parameter lines: Python; `put(name, content)` adds an entry, `config(terminal)` the configuration.
    func zip(_ name: String, _ lines: String, at seconds: Int64 = DropSite.written) {
        let path = "\(drop)/\(name)"
        school.root.write(Self.prelude + lines + "\nz.close()\n", to: "make.py")
        shell("mkdir -p \"$(dirname '\(path)')\"; python3 -W ignore '\(school.root.path)/make.py' '\(path)'")
        touch(name, at: seconds)
    }

    private static let prelude = """
        import json, stat, sys, zipfile
        z = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)
        def put(name, content="", mode=0, system=0, date=(2018, 10, 29, 13, 5, 12)):
            entry = zipfile.ZipInfo("x", date)
            entry.filename, entry.compress_type, entry.create_system = name, 8, system
            entry.external_attr = mode << 16
            z.writestr(entry, content)
        def config(terminal, top=""):
            put(top + "unplatform/configuration/config.json", json.dumps({"state": "Mizoram", "terminalId": terminal}))

        """

    func md5(_ name: String) -> String {
        String(shell("md5sum '\(drop)/\(name)'").prefix(32))
    }

    /// One pass; with `isPublished` false, one whose generation was never made.
    @discardableResult
    func collect(isPublished: Bool = true) async throws -> CollectionResult? {
        let dataset = Dataset.of("unplatform")
        var context = try school.context(at: now)
        let (staging, room, excluded) = (staging, room, ExcludePatterns(excluded))
        context.memory = { try? staging.memory(of: $0) }
        context.room = { room }
        context.excluded = { _ in excluded }
        let gathering = try await UnplatformCollector().gather(context)
        defer { gathering.release() }
        guard isPublished else { return nil }
        return try staging.collect(
            dataset, year: try context.timeZone.year(of: context.now), gathering: gathering,
            clock: CollectionClock(startedMilliseconds: now * 1000, bootSeconds: 100, isTrusted: true))
    }

    /// What the staged tree has, by paths.
    func files(year: Int = 2018) throws -> [String: String] {
        let tree = "\(school.root.path)/staging/tree/\(year)/mz/2039150-mz150/unplatform"
        let paths = shell("cd '\(tree)' 2>/dev/null && find . -type f || true").split(separator: "\n")
        return try Dictionary(
            uniqueKeysWithValues: paths.map { path in
                let bytes = try SmallFile.read("\(tree)/\(path)", limit: 64 << 20)
                return (String(path.dropFirst(2)), String(decoding: bytes, as: UTF8.self))
            })
    }

    /// Their paths but for the configurations.
    func paths(year: Int = 2018) throws -> [String] {
        try files(year: year).keys.filter { !$0.hasSuffix("config.json") }.sorted()
    }

    /// What is left of unpacking.
    func leftovers() -> String { shell("ls -A '\(school.root.path)/scratch'") }
}
