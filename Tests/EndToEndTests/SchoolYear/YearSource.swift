import Foundation

/// A made-up school's folders as they change in a year, and the memory of what was there when: the oracle.
final class YearSource {
    /// Where the changing datasets lie, by their place below LEVEL 2.
    static let places = [
        "gstudio/gstudio-exported-users-analytics-csvs": "data/gstudio-exported-users-analytics-csvs",
        "gstudio/activity-timestamp-csvs": "data/activity-timestamp-csvs",
        "gstudio/gstudio_tools_logs": "data/gstudio_tools_logs",
        "gstudio/gstudio-logs": "data/gstudio-logs",
        "gstudio/media": "data/media",
        "gstudio/assessment-media/studentResponseFiles": "assesment-datastore/studentResponseFiles",
    ]
    static let mirrors: Set = [
        "gstudio/db", "gstudio/media", "gstudio/assessment-media/studentResponseFiles", "gstudio/postgres-dump",
    ]
    static let accumulated = Set(places.keys).subtracting(mirrors)
    /// Of what is dumped in the container.
    static let inContainer: Set = ["gstudio/db", "gstudio/postgres-dump"]
    private static let users = "gstudio/postgres-dump/pg_dump_all.sql"
    private static let documents = "gstudio/db/gstudio-mongodb/Benchmarks.bson"
    private static let metadata = "gstudio/db/gstudio-mongodb/Benchmarks.metadata.json"

    /// One state of a file.
    struct Version {
        /// Changes are counted; this is the first at which it was so.
        let from: Int
        let boot: Int
        /// The first at which it was not so any more.
        var until = Int.max
        let data: Data
    }
    struct Line {
        let boot: Int
        /// The boot at whose beginning it was rotated away for good.
        var goneIn: Int?
    }

    let core: String
    private(set) var files: [String: [Version]] = [:]
    private(set) var lines: [String: Line] = [:]
    /// The number of the last change.
    private(set) var moment = 0
    private let docker: YearDocker
    private var random: EndToEnd.Killed.Seeded
    private var logged: [[String]] = [[]]
    private var rotatedOn: Int64 = 0
    private var count = 0

    init(core: String, docker: YearDocker, seed: UInt64) throws {
        self.core = core
        self.docker = docker
        random = .init(state: seed ^ 0x5C)
        // The platform's lines and heartbeats of other years would be this one's.
        try FileManager.default.removeItem(atPath: "\(core)/data/system-heartbeat")
        try FileManager.default.removeItem(atPath: "\(core)/data/nginx-logs")
        try FileManager.default.createDirectory(atPath: "\(core)/data/nginx-logs", withIntermediateDirectories: true)
        try FileManager.default.removeItem(atPath: "\(core)/data/postgres-dump/pg_dump_all.sql")
        // In its place are the running server's own files.
        try FileManager.default.removeItem(atPath: "\(core)/data/db")
        try FileManager.default.createDirectory(atPath: "\(core)/data/db", withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: "\(core)/data/db/WiredTiger"))
        files[Self.metadata] = [Version(from: 0, boot: -1, data: Data("{\"options\":{},\"indexes\":[]}".utf8))]
        for (place, folder) in Self.places {
            for path in try FileTree("\(core)/\(folder)").files.keys {
                let data = try Data(contentsOf: URL(fileURLWithPath: "\(core)/\(folder)/\(path)"))
                files["\(place)/\(path)"] = [Version(from: 0, boot: -1, data: data)]
            }
        }
    }

    /// What a lesson does in some minutes.
    /// - Parameter wall: what the machine's clock says.
    func change(_ boot: YearPlan.Boot, wall: Int64, isStart: Bool) throws {
        moment += 1
        guard !boot.isLast else { return }
        if isStart, boot.day != rotatedOn { try rotate(boot) }
        for _ in 0..<Int.random(in: 3...12, using: &random) { logLine(wall, boot) }
        try writeLog(wall)
        count += 1
        try append(
            "{\"n\": \(count), \"boot\": \(boot.number)}\n",
            to: "gstudio/gstudio_tools_logs/policesquad/1575\(count % 7)-policesquad.json",
            boot, wall)
        try append("row \(count) of boot \(boot.number)\n", to: "gstudio/gstudio-logs/fillCounter.log", boot, wall)
        if isStart || count % 3 == 0 {
            let stamp = "\(wall)-\(count)"
            try put(
                "server_id,user\r\nmz150,\(count)\r\n",
                to: "gstudio/gstudio-exported-users-analytics-csvs/2039150-mz150-unit\(count)-\(stamp).csv", boot, wall)
            try put("answer \(count)", to: "gstudio/assessment-media/studentResponseFiles/\(stamp).wav", boot, wall)
            try put("picture \(count)", to: "gstudio/media/a/b/\(count % 10)/\(stamp).png", boot, wall)
            try put(
                "Unit,VisitedOn\r\nu,\(count)\r\n", to: "gstudio/activity-timestamp-csvs/mz150-user\(count)-visits.csv",
                boot, wall)
        }
        keep(Self.users, try docker.changeUsers(count), boot)
        let documents = (files[Self.documents]?.last?.data ?? Data()) + Self.document(count)
        try docker.changeDatabase(documents)
        keep(Self.documents, documents, boot)
    }

    /// A table that is too large for what is left of a disk.
    func exportLargeTable(_ boot: YearPlan.Boot, wall: Int64) throws {
        moment += 1
        var bytes = Data("server_id,user\r\n".utf8)
        while bytes.count < 8_000_000 { withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) } }
        try write(
            bytes, to: "gstudio/gstudio-exported-users-analytics-csvs/2039150-mz150-all-\(wall).csv", boot, wall)
    }

    /// Somebody tidies up: a table and a picture are gone, the oldest or the newest of what may be.
    /// - Parameter isOld: whether what was made in that boot had time enough to be collected.
    func tidyUp(takesNewest: Bool, isOld: (Int) -> Bool) throws {
        moment += 1
        for place in ["gstudio/gstudio-exported-users-analytics-csvs", "gstudio/media"] {
            let old = files.filter { path, versions in
                path.hasPrefix(place + "/") && versions.count == 1 && versions[0].until == .max
                    && versions[0].boot >= 0 && isOld(versions[0].boot)
            }
            func isBefore(_ one: (key: String, value: [Version]), _ other: (key: String, value: [Version])) -> Bool {
                (one.value[0].from, one.key) < (other.value[0].from, other.key)
            }
            guard let path = (takesNewest ? old.max(by: isBefore) : old.min(by: isBefore))?.key,
                let folder = Self.places[place]
            else { continue }
            try FileManager.default.removeItem(atPath: "\(core)/\(folder)\(path.dropFirst(place.count))")
            files[path]?[0].until = moment
        }
    }

    // MARK: Files

    private func append(_ text: String, to path: String, _ boot: YearPlan.Boot, _ wall: Int64) throws {
        try write((files[path]?.last?.data ?? Data()) + Data(text.utf8), to: path, boot, wall)
    }

    private func put(_ text: String, to path: String, _ boot: YearPlan.Boot, _ wall: Int64) throws {
        try write(Data(text.utf8), to: path, boot, wall)
    }

    private func write(_ data: Data, to path: String, _ boot: YearPlan.Boot, _ wall: Int64) throws {
        guard let place = Self.places.keys.first(where: { path.hasPrefix($0 + "/") }), let folder = Self.places[place]
        else { return }
        let whole = "\(core)/\(folder)\(path.dropFirst(place.count))"
        try FileManager.default.createDirectory(
            atPath: whole.deletingLastComponent, withIntermediateDirectories: true)
        try data.write(to: URL(fileURLWithPath: whole))
        try date(whole, wall)
        keep(path, data, boot)
    }

    private func date(_ path: String, _ wall: Int64) throws {
        let time = timespec(tv_sec: Int(wall), tv_nsec: Int.random(in: 0..<1_000_000_000, using: &random))
        guard utimensat(AT_FDCWD, path, [time, time], 0) == 0 else {
            throw ChildProcess.Unexpected(description: "\(path) gets no time")
        }
    }

    private func keep(_ path: String, _ data: Data, _ boot: YearPlan.Boot) {
        if let last = files[path]?.indices.last { files[path]?[last].until = moment }
        files[path, default: []].append(Version(from: moment, boot: boot.number, data: data))
    }

    /// BSON: `{"n": …}`.
    private static func document(_ number: Int) -> Data {
        let value = withUnsafeBytes(of: Int32(number).littleEndian) { Data($0) }
        return Data([12, 0, 0, 0, 0x10, UInt8(ascii: "n"), 0]) + value + Data([0])
    }

    // MARK: The web server's log

    private var log: String { "\(core)/data/nginx-logs/school.server.org.access.log" }
    /// Beside the one that is written.
    private static let kept = 20

    private func rotate(_ boot: YearPlan.Boot) throws {
        rotatedOn = boot.day
        let files = FileManager.default
        if logged.count > Self.kept {
            try files.removeItem(atPath: "\(log).\(Self.kept)")
            for line in logged.removeLast() { lines[line]?.goneIn = boot.number }
        }
        guard logged[0].count > 0 else { return }
        for age in (1..<logged.count).reversed() {
            try files.moveItem(atPath: "\(log).\(age)", toPath: "\(log).\(age + 1)")
        }
        try files.moveItem(atPath: log, toPath: "\(log).1")
        logged.insert([], at: 0)
    }

    private func logLine(_ wall: Int64, _ boot: YearPlan.Boot) {
        let parts = YearPlan.india.parts(wall)
        func two(_ number: Int?) -> String { (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let date = "\(two(parts.day))/\(months[(parts.month ?? 1) - 1])/\(parts.year ?? 1970)"
        let time = "\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second))"
        let line = "clixserver : 192.168.1.23 - - [\(date):\(time) +0530] \"GET /\(lines.count)/ HTTP/1.1\" 200 8 \"-\""
        lines[line] = Line(boot: boot.number)
        logged[0].append(line)
    }

    private func writeLog(_ wall: Int64) throws {
        // In place, as nginx writes: the file is the same, and only grows.
        let descriptor = open(log, O_WRONLY | O_CREAT | O_CLOEXEC, 0o640)
        defer { close(descriptor) }
        let text = Data(logged[0].map { "\($0)\n" }.joined().utf8)
        let size = Int(lseek(descriptor, 0, SEEK_END))
        let new = text.dropFirst(size)
        guard new.withUnsafeBytes({ Glibc.write(descriptor, $0.baseAddress, $0.count) }) == new.count else {
            throw ChildProcess.Unexpected(description: "\(log) cannot be written")
        }
        try date(log, wall)
    }
}
