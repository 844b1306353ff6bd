import LevelTree
import Testing

@testable import Staging

@Suite("What is still in the making waits for the next pass")
struct WaitingTests {
    let site: Site
    let name: RelativePath

    init() throws {
        site = try Site()
        name = try RelativePath("server_settings.py")
    }

    private var place: SourcePlace { SourcePlace("\(site.source)/server_settings.py") }
    private var there: Gathering { Gathering(parts: [.file(at: place, as: name)]) }
    private var waiting: Gathering {
        Gathering(parts: [.waiting(at: place, as: name, reason: "was changed just now")], memory: [7])
    }

    @Test func `where it is a dataset's only file, the last generation stands, and nothing has failed`() throws {
        try site.put("server_settings.py", "whole")
        let staging = try site.open()
        let first = try #require(try site.collect(staging, .settings, there).published)
        try site.put("server_settings.py", "hal", seconds: 1_530_000_500)
        for _ in 0..<2 {
            let result = try site.collect(staging, .settings, waiting)
            #expect(result.unchanged == first)
            #expect(result.outcome == .complete)
            #expect(result.shortfalls.isEmpty)
            #expect(result.skipped == [Shortfall(path: "server_settings.py", reason: "was changed just now")])
        }
        #expect(try staging.entries(of: first).map(\.entry.isStale) == [false])
        #expect(try staging.sources(of: first) == [place.path])
        #expect(try site.tree(.settings).values.sorted() == ["whole"])
        #expect(try staging.memory(of: .settings)?.bytes == [7])
        try site.put("server_settings.py", "whole again", seconds: 1_530_001_000)
        #expect(try site.collect(staging, .settings, there).published?.outcome == .complete)
        #expect(try site.tree(.settings).values.sorted() == ["whole again"])
    }

    @Test func `where nothing else is there yet, there is no empty generation, but a memory`() throws {
        try site.put("server_settings.py", "hal")
        let staging = try site.open()
        let result = try site.collect(staging, .settings, waiting)
        guard case .waiting("was changed just now") = result.ending else {
            Issue.record("\(result.ending)")
            return
        }
        #expect(result.outcome == nil)
        #expect(result.skipped.map(\.path) == ["server_settings.py"])
        #expect(try staging.currentGenerations().isEmpty)
        #expect(site.generationFolders.isEmpty)
        #expect(try staging.memory(of: .settings)?.bytes == [7])
        #expect(try site.collect(staging, .settings, there).published?.outcome == .complete)
    }

    @Test func `in a new year, last year's generation stands, and is not taken for lost`() throws {
        try site.put("server_settings.py", "whole")
        let staging = try site.open()
        try site.collect(staging, .settings, there)
        for _ in 0..<2 {
            guard case .waiting = try site.collect(staging, .settings, year: 2019, waiting).ending else {
                Issue.record("it did not wait")
                return
            }
        }
        #expect(try site.tree(.settings).values.sorted() == ["whole"])
        #expect(try staging.currentGenerations().map(\.year) == [Year(2018)])
        #expect(try site.collect(staging, .settings, year: 2019, there).published?.files == 1)
    }

    @Test func `its place and its time are told without reading it`() throws {
        try site.put("a/b.csv", "", seconds: 1_530_000_500, nanoseconds: 7)
        try site.put("c.csv", "x", mode: 0)
        var gathering = site.folder
        gathering.parts.append(.file(at: SourcePlace("\(site.source)/gone"), as: try RelativePath("gone")))
        var seen: [String] = []
        gathering.forEachFile { seen.append("\($0) \($1.seconds).\($1.nanoseconds)") }
        #expect(seen == ["a/b.csv 1530000500.7", "c.csv 1530000000.123456789"])
        #expect(SourceSurvey(of: waiting).skipped.map(\.path) == ["server_settings.py"])
        #expect(waiting.parts.map(\.place) == [place])
    }
}
