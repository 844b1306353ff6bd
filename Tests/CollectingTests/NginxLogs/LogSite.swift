import Glibc
import LevelTree
import Settings
import Staging

@testable import Collecting

/// A folder of logs, and what passes over it made of them. Staging's part is done in memory: what continues is appended,
/// and what is remembered is handed back.
final class LogSite {
    let school = FakeSchool()
    private(set) var staged: [String: String] = [:]
    var memory: [UInt8]?
    private(set) var shortfalls: [String] = []
    var room: UInt64 = .max

    init() {
        for name in ["access.log", "access.log.2.gz", "error.log"] { unlink(path(name)) }
    }

    func path(_ name: String) -> String { "\(school.sources.data)/nginx-logs/\(name)" }

    func write(_ text: String, to name: String) { school.root.write(text, to: "home/core/data/nginx-logs/\(name)") }

    func append(_ text: String, to name: String) {
        let file = open(path(name), O_WRONLY | O_CREAT | O_APPEND, 0o640)
        var text = text
        text.withUTF8 { precondition(Glibc.write(file, $0.baseAddress, $0.count) == $0.count) }
        close(file)
    }

    func rename(_ old: String, _ new: String) { precondition(Glibc.rename(path(old), path(new)) == 0) }

    func remove(_ name: String) { unlink(path(name)) }

    /// As gzip(1) does: another file with the same times, and the first one goes.
    func compress(_ name: String) async throws {
        _ = try await SubprocessRunner().run(Program("gzip", path(name)))
    }

    func content(_ name: String) -> String {
        (try? SmallFile.read(path(name), limit: 64 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// One pass that is published; with `isPublished` false, one whose generation was never made.
    func collect(isPublished: Bool = true, excluding patterns: [String] = []) async throws {
        var context = try school.context()
        let memory = memory
        let room = room
        context.memory = { _ in memory.map { CollectorMemory(year: Self.year, bytes: $0) } }
        context.room = { room }
        context.excluded = { _ in ExcludePatterns(patterns) }
        let gathering = try await NginxLogsCollector().gather(context)
        defer { gathering.release() }
        guard isPublished else { return }
        for case .made(let file, let name) in gathering.parts {
            staged["\(name)", default: ""] += String(
                decoding: try SmallFile.read(file.path, limit: 512 << 20), as: UTF8.self)
        }
        self.memory = gathering.memory
        shortfalls = gathering.shortfalls.map { "\($0.path): \($0.reason)" }
    }

    private static let year = { () -> Year in
        guard let year = try? Year(2018) else { preconditionFailure("2018 is a year") }
        return year
    }()

    /// All lines of one log, day after day.
    func lines(_ log: String) -> [String] {
        staged.filter { $0.key.hasPrefix("\(log)-") }.sorted { $0.key < $1.key }
            .flatMap { $0.value.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) }
    }

    static func access(_ number: Int, day: Int = 16) -> String {
        "clixserver.tiss.edu : 192.168.1.23 - - [\(day)/Aug/2018:18:22:01 +0530] \"GET /\(number) HTTP/1.1\" 200 8 \"-\"\n"
    }

    static func error(_ number: Int, day: Int = 16) -> String {
        "2018/08/\(day) 18:22:01 [notice] 441#441: *17 \"\(number)\" matches \"/media\", client: 192.168.1.23\n"
    }
}

/// A file that is written over.
struct TestFile {
    let path: String
    init(_ path: String) { self.path = path }

    func write(_ bytes: [UInt8]) {
        unlink(path)
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o640)
        precondition(Glibc.write(file, bytes, bytes.count) == bytes.count)
        close(file)
    }
}

/// The same rolls for the same seed (Marsaglia's xorshift64).
struct SeededDice {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

    mutating func roll(_ sides: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % sides
    }
}
