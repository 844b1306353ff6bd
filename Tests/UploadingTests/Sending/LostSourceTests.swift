import Content
import Foundation
import LevelTree
import Staging
import Testing
import Wire

@testable import Uploading

/// What is read when it is sent, and gone by then.
struct LostSourceTests {
    private let school: TestSchool
    private let source: URL

    init() throws {
        school = try TestSchool()
        source = school.folder.appendingPathComponent("source")
        for (seed, name) in ["a.mp4", "b.mp4", "c.mp4"].enumerated() {
            try put(name, TestSchool.noise(100_000, seed: UInt64(seed)))
        }
    }

    private func put(_ name: String, _ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try Data($0).write(to: source.appendingPathComponent(name)) }
    }

    private func remove(_ name: String) throws {
        try FileManager.default.removeItem(at: source.appendingPathComponent(name))
    }

    @discardableResult
    private func collect(_ year: Int = 2018) throws -> CollectionResult {
        try school.staging.collect(
            #require(Dataset(name: "media")), year: Year(year),
            gathering: Gathering(parts: [.folder(SourceFolder(path: source.path))]),
            clock: CollectionClock(startedMilliseconds: 1_500_000_000_000, bootSeconds: 100, isTrusted: true))
    }

    @Test func `an ended year comes to the store as a partial state, and the new one after it`() async throws {
        try collect()
        try remove("b.mp4")
        #expect(await school.upload().failures == ["media": .collectAgain])
        #expect(try collect(2019).remade.count == 1)
        #expect(await school.upload().committed == ["media", "media"])
        #expect(school.store.snapshots.map(\.year.number) == [2018, 2019])
        #expect(school.store.snapshots.map(\.outcome) == [.partial, .complete])
        for snapshot in school.store.snapshots {
            #expect(try school.store.files(of: snapshot).keys.sorted() == ["a.mp4", "c.mp4"])
        }
        #expect(school.store.snapshots.first?.shortfalls.map(\.path) == ["b.mp4"])
        #expect(try school.staging.pendingGenerations().isEmpty)
    }

    @Test func `a commit that the store misses chunks for, which are gone by then, holds up none that comes after`()
        async throws
    {
        try collect()
        school.store.fault = { request, _ in request.path == "/v1/snapshots" ? .unreachable : nil }
        _ = await school.upload()
        #expect(try school.staging.pendingCommits().count == 1)
        school.store.loseChunks()
        school.store.fault = { _, _ in nil }
        try remove("b.mp4")
        try collect()
        #expect(await school.upload().committed == ["media"])
        #expect(try school.store.files(of: #require(school.store.snapshots.first)).keys.sorted() == ["a.mp4", "c.mp4"])
        #expect(try school.staging.pendingCommits().isEmpty)
    }
}
