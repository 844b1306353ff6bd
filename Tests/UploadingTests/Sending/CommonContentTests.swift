import Content
import Foundation
import LevelTree
import Staging
import Testing
import Wire

@testable import Uploading

/// What other schools have too, and what the store says of it.
struct CommonContentTests {
    private func chunks(_ content: [UInt8]) -> [ChunkID: [UInt8]] {
        var result: [ChunkID: [UInt8]] = [:]
        var chunker = Chunker()
        func keep(_ bytes: UnsafeRawBufferPointer) { result[ChunkID(hashing: bytes)] = Array(bytes) }
        content.withUnsafeBytes { chunker.append($0, keep) }
        chunker.finish(keep)
        return result
    }

    @Test func `what is common is asked about by prefix and not sent`() async throws {
        let (factory, own) = (TestSchool.noise(1 << 20, seed: 10), TestSchool.noise(100_000, seed: 11))
        let school = try TestSchool()
        school.store.common = chunks(factory)
        try school.collect("db", ["factory": factory, "own": own])
        let report = await school.upload()
        #expect(report.committed == ["db"])
        #expect(school.store.frameBytes > 100_000 && school.store.frameBytes < 103_000)
        let questions = school.store.requests.filter { $0.path == "/v1/chunks/missing" }
        #expect(questions.count == 1)
        #expect(questions[0].headers.contains { $0.value == WireCoding.prefixesType })
        #expect(questions[0].body?.count == 8 * (chunks(factory).count + chunks(own).count))
        #expect(try school.store.files(of: #require(school.store.snapshots.first)) == ["factory": factory, "own": own])
    }

    @Test func `what was sent or found common is never asked about again`() async throws {
        let school = try TestSchool()
        school.store.common = chunks([1, 2, 3])
        try school.collect("db", ["a": TestSchool.noise(300_000, seed: 12), "b": [1, 2, 3]])
        _ = await school.upload()
        try school.collect("db", ["a": TestSchool.noise(300_000, seed: 12), "b": [1, 2, 3], "c": [4]])
        let before = school.store.requests.count
        _ = await school.upload()
        let questions = school.store.requests[before...].filter { $0.path == "/v1/chunks/missing" }
        #expect(questions.compactMap(\.body?.count) == [8])
    }

    @Test func `a prefix that collides is found out by the commit, and the chunk is sent then`() async throws {
        let school = try TestSchool()
        school.store.common = chunks([1, 2, 3])
        let content = TestSchool.noise(50_000, seed: 13)
        school.store.claimed = Set(chunks(content).keys)
        try school.collect("db", ["a": content])
        let report = await school.upload()
        #expect(report.committed == ["db"])
        #expect(school.store.log.filter { $0 == "POST chunks/missing" }.count == 1)
        let commits = school.store.requests.filter { $0.path == "/v1/snapshots" }.compactMap(\.body)
        #expect(commits.count == 2 && commits[0] == commits[1])
        #expect(try school.store.files(of: #require(school.store.snapshots.first)) == ["a": content])
    }

    @Test func `a store that lost chunks gets them again, the manifest's own too`() async throws {
        let school = try TestSchool()
        let content = TestSchool.noise(200_000, seed: 14)
        try school.collect("db", ["a": content])
        var wasLost = false
        school.store.fault = { request, _ in
            if request.path == "/v1/snapshots", !wasLost {
                wasLost = true
                school.store.loseChunks()
            }
            return nil
        }
        let report = await school.upload()
        #expect(report.committed == ["db"])
        #expect(try school.store.files(of: #require(school.store.snapshots.first)) == ["a": content])
    }

    @Test func `a store that misses the same chunks for ever is given up`() async throws {
        let school = try TestSchool()
        try school.collect("db", ["a": [1]])
        try school.collect("system-heartbeat", ["b": [2]])
        let id = ChunkID(hashing: [1])
        school.store.fault = { request, _ in
            guard request.path == "/v1/snapshots",
                let commit = try? WireCoding.decode(CommitRequest.self, from: request.body ?? []),
                commit.dataset.name == "db"
            else { return nil }
            return .answer(FakeStore.problem(.missingChunks, chunks: [id]))
        }
        let report = await school.upload()
        #expect(report.failures == ["db": .rejected])
        #expect(report.committed == ["system-heartbeat"])
        #expect(school.store.requests.count < 20)
    }

    @Test func `a pending commit whose chunks were lost meanwhile is settled after a restart`() async throws {
        let school = try TestSchool()
        let content = TestSchool.noise(100_000, seed: 15)
        try school.collect("db", ["a": content])
        school.store.fault = { request, _ in request.path == "/v1/snapshots" ? .unreachable : nil }
        _ = await school.upload()
        try school.restart()
        school.store.loseChunks()
        school.store.fault = { _, _ in nil }
        #expect(await school.upload().committed == ["db"])
        let commits = Set(school.store.requests.filter { $0.path == "/v1/snapshots" }.compactMap(\.body))
        #expect(commits.count == 1)
        #expect(try school.store.files(of: #require(school.store.snapshots.first)) == ["a": content])
    }

    @Test func `a source that changed after it was hashed is collected again, and the others go on`() async throws {
        let school = try TestSchool()
        let source = school.folder.appendingPathComponent("source")
        let film = source.appendingPathComponent("film.mp4")
        let bytes = TestSchool.noise(200_000, seed: 16)
        try bytes.withUnsafeBytes { try Data($0).write(to: film) }
        try school.collect("media", Gathering(parts: [.folder(SourceFolder(path: source.path))]))
        try school.collect("db", ["a": [1]])
        try Data(repeating: 7, count: 200_000).write(to: film)
        let report = await school.upload()
        #expect(report.committed == ["db"])
        #expect(report.failures == ["media": .collectAgain])
        #expect(report.toCollectAgain.map(\.name) == ["media"])
        #expect(report.exitStatus == 1)
        #expect(school.store.own.values.allSatisfy { $0.first != 7 })
        // Collected again it goes through.
        try school.collect("media", Gathering(parts: [.folder(SourceFolder(path: source.path))]))
        #expect(await school.upload().committed == ["media"])
        #expect(
            try school.store.files(of: #require(school.store.snapshots.dropFirst().first))["film.mp4"]?.count == 200_000
        )
    }
}
