import Glibc
import LevelTree
import Settings
import Staging
import Synchronization
import Testing

@testable import Collecting

/// A folder of logs, and what passes over it made of them. Staging's part is done in memory: what continues is appended,
/// and what is remembered is handed back.
final class LogSite {
    let school = FakeSchool()
    private(set) var staged: [String: String] = [:]
    /// The day files that got lines in the last pass.
    private(set) var pathsMade: [RelativePath] = []
    var memory: [UInt8]?
    private(set) var shortfalls: [String] = []
    var room: UInt64 = .max

    init() {
        for name in ["access.log", "access.log.2.gz", "error.log"] { unlink(path(name)) }
    }

    var logs: LogFolder { LogFolder(folder: "\(school.sources.data)/nginx-logs") }

    func path(_ name: String) -> String { logs.path(name) }

    func write(_ text: String, to name: String) { logs.write(Array(text.utf8), to: name) }

    func append(_ text: String, to name: String) { logs.append(text, to: name) }

    func rename(_ old: String, _ new: String) { logs.rename(old, new) }

    func remove(_ name: String) { unlink(path(name)) }

    /// As gzip(1) does: another file with the same times, and the first one goes.
    func compress(_ name: String) async throws {
        _ = try await SubprocessRunner().run(Program("gzip", path(name)))
    }

    /// What gzip(1) makes of a text.
    func compressed(_ text: String) async throws -> [UInt8] {
        write(text, to: "to be compressed")
        try await compress("to be compressed")
        defer { remove("to be compressed.gz") }
        return try SmallFile.read(path("to be compressed.gz"), limit: 64 << 20)
    }

    func content(_ name: String) -> String {
        (try? SmallFile.read(path(name), limit: 64 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// When something happens in the middle of a pass: just before the follower goes on.
    enum Moment: Sendable {
        /// The folder was listed, and no log looked at.
        case listed
        /// Every log was looked at, and none read.
        case seen
        /// The first log to be read is open.
        case opened
        /// Some megabytes were read.
        case reading
    }

    /// One pass that is published; with `isPublished` false, one whose generation was never made.
    /// - Parameters:
    ///   - acts: what happens meanwhile, each once.
    ///   - whenAsked: called each time that the follower asks for something.
    func collect(
        isPublished: Bool = true, isClockTrusted: Bool = true, excluding patterns: [String] = [],
        at acts: [Moment: @Sendable (LogFolder) -> Void] = [:],
        whenAsked: @escaping @Sendable (Moment) -> Void = { _ in }
    ) async throws {
        var context = try school.context(isClockTrusted: isClockTrusted, at: 1_535_760_000)
        let memory = memory
        let room = room
        let logs = logs
        let asked = Asked()
        let happens: @Sendable (Moment) -> Void = { moment in
            whenAsked(moment)
            if asked.isFirst(moment) { acts[moment]?(logs) }
        }
        context.memory = { _ in
            happens(.seen)
            return memory.map { CollectorMemory(year: Self.year, bytes: $0) }
        }
        context.room = {
            happens(asked.isFirst(.opened, isKept: false) ? .opened : .reading)
            return room
        }
        context.excluded = { _ in
            happens(.listed)
            return ExcludePatterns(patterns)
        }
        let gathering = try await NginxLogsCollector().gather(context)
        defer { gathering.release() }
        guard isPublished else { return }
        pathsMade = []
        for case .made(let file, let name) in gathering.parts {
            pathsMade.append(name)
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

/// Which moments of a pass have been.
private final class Asked: Sendable {
    private let moments = Mutex<Set<LogSite.Moment>>([])

    func isFirst(_ moment: LogSite.Moment, isKept: Bool = true) -> Bool {
        moments.withLock { isKept ? $0.insert(moment).inserted : !$0.contains(moment) }
    }
}

/// What a server and its logrotate(8) do to a folder of logs.
struct LogFolder: Sendable {
    let folder: String

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// The same file with other content, or a new one.
    func write(_ bytes: [UInt8], to name: String) { put(bytes, to: name, O_TRUNC) }

    func append(_ text: String, to name: String) { put(Array(text.utf8), to: name, O_APPEND) }

    func truncate(_ name: String) { #expect(Glibc.truncate(path(name), 0) == 0) }

    func rename(_ old: String, _ new: String) { #expect(Glibc.rename(path(old), path(new)) == 0) }

    /// The end of what gzip(1) does: the compressed file is whole, and the first one goes.
    func finish(_ packed: [UInt8], _ name: String) {
        write(packed, to: "\(name).gz")
        unlink(path(name))
    }

    private func put(_ bytes: [UInt8], to name: String, _ flags: Int32) {
        let file = open(path(name), O_WRONLY | O_CREAT | flags, 0o640)
        #expect(Glibc.write(file, bytes, bytes.count) == bytes.count)
        close(file)
    }
}

/// A file that is written over.
struct TestFile {
    let path: String
    init(_ path: String) { self.path = path }

    func write(_ bytes: [UInt8]) {
        unlink(path)
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o640)
        #expect(Glibc.write(file, bytes, bytes.count) == bytes.count)
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
