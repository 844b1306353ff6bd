import Glibc
import LevelTree
import Testing

@testable import Staging

@Suite("A file that is left out for what it holds")
struct RefusedFilesTests {
    let site: Site

    init() throws {
        site = try Site()
        try site.put("a", "secret")
        try site.put("b", "plain")
    }

    private var folder: Gathering {
        let judge: SourceFolder.ContentJudge = { $0.starts(with: "secret".utf8) ? "holds a secret" : nil }
        return Gathering(parts: [.folder(SourceFolder(SourcePlace(site.source), judge: judge))])
    }

    private let listed = [Shortfall(path: "a", reason: "holds a secret")]

    @Test(arguments: [Dataset.mirror, .accumulating, .byReference])
    func `is listed and not missed, and nothing of it is staged`(dataset: Dataset) throws {
        let staging = try site.open()
        let result = try site.collect(staging, dataset, folder)
        #expect(result.outcome == .complete)
        #expect(result.skipped == listed)
        #expect(result.shortfalls.isEmpty)
        #expect(try staging.paths(of: try #require(result.published)) == ["b"])
    }

    @Test func `is read once, also over a restart of the program, and makes no generation`() throws {
        #expect(try site.collect(site.open(), .mirror, folder).figures.filesRead == 2)
        let staging = try site.open()
        for _ in 0..<2 {
            let again = try site.collect(staging, .mirror, folder)
            #expect(again.figures.filesRead == 0)
            #expect(again.skipped == listed)
            #expect(again.unchanged != nil)
        }
        #expect(try site.tree() == ["b": "plain"])
    }

    @Test func `is looked at again once it changed`() throws {
        let staging = try site.open()
        try site.collect(staging, .mirror, folder)
        try site.put("a", "opened", seconds: 1_530_000_001)
        let changed = try site.collect(staging, .mirror, folder)
        #expect(changed.skipped.isEmpty)
        #expect(try site.tree() == ["a": "opened", "b": "plain"])
        try site.put("a", "secret", seconds: 1_530_000_002)
        #expect(try site.collect(staging, .mirror, folder).skipped == listed)
        #expect(try site.tree() == ["b": "plain"])
        try site.remove("a")
        #expect(try site.collect(staging, .mirror, folder).skipped.isEmpty)
    }

    @Test func `that changed so shortly before that its times may lie is read again`() throws {
        site.options.fileClock = currentFileTime
        site.options.racySeconds = 3600
        let staging = try site.open()
        try site.collect(staging, .mirror, folder)
        #expect(try site.collect(staging, .mirror, folder).figures.filesRead >= 1)
    }

    @Test func `leaves what was accumulated under its name`() throws {
        try site.put("a", "opened")
        let staging = try site.open()
        try site.collect(staging, .accumulating, folder)
        try site.put("a", "secret", seconds: 1_530_000_001)
        let result = try site.collect(staging, .accumulating, folder)
        #expect(result.skipped == listed)
        #expect(try site.tree(.accumulating) == ["a": "opened", "b": "plain"])
    }

    @Test func `is looked for in small files only`() throws {
        try site.put(Array("a".utf8), Array("secret".utf8) + noise(64 << 10))
        try site.put(Array("c".utf8), Array("secret".utf8) + noise((64 << 10) - 8))
        let result = try site.collect(site.open(), .mirror, folder)
        #expect(result.skipped.map(\.path) == ["c"])
        #expect(Set(try site.tree().keys) == ["a", "b"])
    }

    @Test func `is remembered up to a bound`() {
        var refused = RefusedFiles()
        let stamp = SourceStamp(
            size: 1, modified: FileTime(seconds: 1, nanoseconds: 2), changed: FileTime(seconds: 3, nanoseconds: 4),
            inode: 5)
        for number in 0...RefusedFiles.limit { refused.note(Array("\(number)".utf8), stamp, "no") }
        #expect(refused.reason(for: Array("0".utf8), stamp) == "no")
        #expect(refused.reason(for: Array("\(RefusedFiles.limit)".utf8), stamp) == nil)
    }
}
