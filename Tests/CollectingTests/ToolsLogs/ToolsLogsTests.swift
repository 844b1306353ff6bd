import Glibc
import LevelTree
import Staging
import Testing

@testable import Collecting

/// What passes make of one tool's log; staging's part is done in memory.
private final class Site {
    let school = FakeSchool()
    private(set) var staged: [String: String] = [:]
    private(set) var missed: [String: String] = [:]
    private(set) var shortfalls: [String] = []
    private(set) var made = 0
    var memory: CollectorMemory?
    static let file = "policesquad/157501-policesquad.json"

    var path: String { "\(school.sources.data)/gstudio_tools_logs/\(Site.file)" }

    init() { shell("rm -r '\(school.sources.data)/gstudio_tools_logs'") }

    func write(_ text: String, to name: String = file) {
        school.root.write(text, to: "home/core/data/gstudio_tools_logs/\(name)")
    }

    func context(at seconds: Int64 = 1_534_413_600) throws -> CollectionContext {
        var context = try school.context(at: seconds)
        let memory = memory
        context.memory = { _ in memory }
        return context
    }

    func collect(isPublished: Bool = true, at seconds: Int64 = 1_534_413_600) async throws {
        let gathering = try await ToolsLogsCollector().gather(try context(at: seconds))
        defer { gathering.release() }
        guard isPublished else { return }
        (missed, made) = ([:], 0)
        for part in gathering.parts {
            switch part {
            case .made(let file, let path):
                made += 1
                staged["\(path)"] = String(decoding: try SmallFile.read(file.path, limit: 32 << 20), as: UTF8.self)
            case .file(let place, let path):
                staged["\(path)"] = String(decoding: try SmallFile.read(place, limit: 32 << 20), as: UTF8.self)
            case .missed(let path, let reason): missed["\(path)"] = reason
            default: continue
            }
        }
        shortfalls = gathering.shortfalls.map(\.reason)
        if let bytes = gathering.memory { self.memory = CollectorMemory(year: try Year(2018), bytes: bytes) }
    }
}

@Suite("A tool's log")
struct ToolsLogsTests {
    private let site = Site()

    /// `[{"createdAt":"…"}, …]` with so many records.
    private func log(_ numbers: ClosedRange<Int>) -> String {
        "[" + numbers.map { "{\"createdAt\": \"2018-8-16 14:3:\($0)\", \"n\": \($0)}" }.joined(separator: ", ") + "]"
    }

    @Test func `that grew takes its last state's place, and one that is as it was is not read`() async throws {
        site.write(log(1...3))
        site.write("[]", to: "Ice cubes/0-Ice cubes.json")
        try await site.collect()
        #expect(site.staged == [Site.file: log(1...3), "Ice cubes/0-Ice cubes.json": "[]"])
        try await site.collect()
        #expect(site.made == 0)
        site.write(log(1...5))
        try await site.collect()
        #expect(site.made == 1)
        #expect(site.staged[Site.file] == log(1...5))
        #expect(site.shortfalls.isEmpty && site.missed.isEmpty)
    }

    @Test func `may have its keys in another order`() async throws {
        site.write(#"[{"a": 1, "b": [true, null, 2.5, "\u0915"]}]"#)
        try await site.collect()
        let other = #"[{"b": [true, null, 2.5, "क"], "a": 1}, {"a": 2}]"#
        site.write(other)
        try await site.collect()
        #expect(site.staged[Site.file] == other)
        #expect(site.shortfalls.isEmpty)
    }

    @Test(arguments: ["", "[{\"n\": 1}, {\"n\"", "{\"n\": 1}", "\0\0\0\0"])
    func `that is half written or cut leaves the last good one, is said each time, and heals`(
        content: String
    ) async throws {
        site.write(log(1...3))
        try await site.collect()
        site.write(content)
        for _ in 0..<2 {
            try await site.collect()
            #expect(site.staged == [Site.file: log(1...3)])
            #expect(site.missed[Site.file]?.contains("what it had stays") == true)
        }
        site.write(log(1...4))
        try await site.collect()
        #expect(site.staged == [Site.file: log(1...4)])
        #expect(site.missed.isEmpty && site.shortfalls.isEmpty)
    }

    @Test func `with a record beyond all measure leaves the last good one, says so, and heals`() async throws {
        site.write(log(1...3))
        try await site.collect()
        let long = String(repeating: "x", count: ToolLogReader.longestRecord)
        site.write(String(log(1...3).dropLast() + ", {\"n\": \"\(long)\"}]"))
        try await site.collect()
        #expect(site.staged == [Site.file: log(1...3)])
        #expect(site.missed[Site.file]?.contains("has a record of more than 1 MiB") == true)
        let largest = String(log(1...3).dropLast() + ", {\"n\": \"\(long.dropLast(100))\"}]")
        site.write(largest)
        try await site.collect()
        #expect(site.staged == [Site.file: largest])
        #expect(site.missed.isEmpty && site.shortfalls.isEmpty)
    }

    @Test func `leaves nothing beside staging of what was no good`() async throws {
        site.write("[1, 2")
        let gathering = try await ToolsLogsCollector().gather(try site.context())
        defer { gathering.release() }
        let scratch = try site.context().scratch
        let folders = try #require(Folder.names(in: Array(scratch.utf8)))
        #expect(folders.count == 1)
        for folder in folders { #expect(Folder.names(in: Array("\(scratch)/".utf8) + folder) == []) }
    }

    @Test func `that lost records stays, and what the platform begins anew is kept beside it`() async throws {
        site.write(log(1...3))
        try await site.collect()
        site.write(log(7...7))
        try await site.collect()
        #expect(site.staged == [Site.file: log(1...3), "\(Site.file).anew-1": log(7...7)])
        #expect(site.shortfalls.count == 1)
        // Only of what was kept last, the source has all still.
        let gathering = try await ToolsLogsCollector().gather(try site.context())
        defer { gathering.release() }
        #expect(gathering.standing(try RelativePath(Site.file)) == nil)
        #expect(gathering.standing(try RelativePath("\(Site.file).anew-1"))?.path == Array(site.path.utf8))
        site.write(log(7...9))
        try await site.collect()
        #expect(site.staged == [Site.file: log(1...3), "\(Site.file).anew-1": log(7...9)])
        #expect(site.shortfalls.isEmpty)
        // As many records as before, and others: that is a loss too.
        site.write(log(11...13))
        try await site.collect()
        #expect(site.staged["\(Site.file).anew-1"] == log(7...9))
        #expect(site.staged["\(Site.file).anew-2"] == log(11...13))
    }

    @Test func `that never was good is taken as it is found`() async throws {
        site.write("[{\"cut\": ")
        site.write("", to: "policesquad/en/157502.json")
        site.write("a note", to: "policesquad/readme.txt")
        try await site.collect()
        #expect(site.staged == [Site.file: "[{\"cut\": ", "policesquad/en/157502.json": ""])
        #expect(site.missed.isEmpty)
    }

    @Test func `that cannot be read is named, and read as soon as it can be`() async throws {
        site.write(log(1...3))
        try await site.collect()
        // Too long to be one: that stops whoever reads, root too.
        truncate(site.path, off_t(ToolLogFile.largest) + 1)
        try await site.collect()
        #expect(site.missed.keys.sorted() == [Site.file])
        unlink(site.path)
        mkdir(site.path, 0o755)
        let place = SourcePlace(site.path)
        var pass = ToolsLogsPass(
            try site.school.context(), memory: ToolsLogsMemory(),
            scratch: try ScratchFolder(in: try site.school.context().scratch))
        try await pass.take(try RelativePath(Site.file), at: place)
        #expect(pass.parts.count == 1)
        rmdir(site.path)
        site.write(log(1...4))
        try await site.collect()
        #expect(site.staged == [Site.file: log(1...4)])
        #expect(site.missed.isEmpty)
    }

    @Test func `is looked at again if its generation was not published`() async throws {
        site.write(log(1...3))
        try await site.collect()
        site.write(log(9...9))
        try await site.collect(isPublished: false)
        try await site.collect()
        #expect(site.staged["\(Site.file).anew-1"] == log(9...9))
    }

    @Test func `is read again in a new year`() async throws {
        site.write(log(1...3))
        try await site.collect()
        try await site.collect(at: 1_546_300_800)
        #expect(site.made == 1)
    }
}
