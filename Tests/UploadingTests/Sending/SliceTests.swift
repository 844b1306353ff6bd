import Content
import Foundation
import LevelTree
import Staging
import Testing
import Wire

@testable import Uploading

/// A set that is large enough for slices: eight files, of which each travels in a frame of its own, and two make a slice.
struct SliceTests {
    private static let size = SliceSize(bytes: 200_000, files: 1000, filesBytes: 200_000)
    private let content = files(0..<8, "f")

    private static func files(_ numbers: Range<Int>, _ name: String, seed: UInt64 = 1) -> [String: [UInt8]] {
        Dictionary(
            uniqueKeysWithValues: numbers.map { number in
                ("\(name)\(number)", TestSchool.noise(100_000, seed: seed * 100 + UInt64(number)))
            })
    }

    private func school(_ slices: SliceSize = size) throws -> TestSchool {
        let store = FakeStore()
        store.limits.maxFrameContent = 100_000
        return try TestSchool(store: store, slices: slices)
    }

    private func names(_ school: TestSchool, _ index: Int) throws -> [String] {
        try school.store.files(of: school.store.snapshots[index]).keys.sorted()
    }

    /// What becomes of the first commit.
    private func atFirstCommit(_ school: TestSchool, _ body: @escaping () -> FakeStore.Fault?) {
        var isFirst = true
        school.store.fault = { request, _ in
            guard isFirst, request.path == "/v1/snapshots" else { return nil }
            isFirst = false
            return body()
        }
    }

    @Test func `is visible from the first slice on, and in the end is what it would have been without`() async throws {
        let school = try school()
        let generation = try #require(try school.collect("db", content).published)
        #expect(generation.reserve == 4)
        let report = await school.upload()
        #expect(report.exitStatus == 0 && report.committed == ["db"])
        #expect(report.slices.map(\.files) == [2, 4, 6] && report.slices.allSatisfy { $0.allFiles == 8 })
        #expect(school.store.snapshots.map(\.outcome) == [.partial, .partial, .partial, .complete])
        #expect(school.store.snapshots.map(\.sequence) == [2, 3, 4, 6].map { $0 + generation.sequence - 6 })
        #expect(try names(school, 0) == ["f0", "f1"])
        #expect(try school.store.files(of: school.store.snapshots[3]) == content)
        #expect(
            school.store.snapshots[0].shortfalls == [
                Shortfall(path: "", reason: "not sent yet: 6 of its files, of 600000 bytes together")
            ])
        #expect(school.store.snapshots[0].shortfalls.map(\.isNotSentYet) == [true])
        #expect(school.store.snapshots[3].shortfalls.isEmpty)
        #expect(try school.staging.pendingGenerations().isEmpty)
        #expect(try school.staging.pendingCommits().isEmpty)

        let plain = try self.school(SliceSize())
        try plain.collect("db", content)
        _ = await plain.upload()
        #expect(plain.store.snapshots.count == 1)
        #expect(plain.store.snapshots[0].manifest == school.store.snapshots[3].manifest)
        #expect(plain.store.frameBytes <= school.store.frameBytes)
        #expect(school.store.frameBytes < plain.store.frameBytes + 10_000, "what a slice has is not sent again")
    }

    @Test func `what another installation has committed whole is not followed by a part of it`() async throws {
        let school = try school()
        try school.collect("db", content)
        #expect(await school.upload().committed == ["db"])
        let before = school.store.snapshots.count
        try school.staging.startAnew(heads: school.store.heads)
        // First in the manifest's order, and enough for a slice.
        try school.collect("db", content.merging(Self.files(0..<6, "a", seed: 2)) { old, _ in old })
        let report = await school.upload()
        #expect(report.committed == ["db"] && report.slices.isEmpty)
        #expect(school.store.snapshots.count == before + 1)
    }

    @Test func `a slice lets go of nothing and is no receipt for the whole`() async throws {
        let school = try school()
        try school.collect("db", content)
        var commits = 0
        school.store.fault = { request, _ in
            if request.path == "/v1/snapshots" { commits += 1 }
            return commits >= 2 ? .unreachable : nil
        }
        let report = await school.upload()
        #expect(report.committed.isEmpty && report.slices.map(\.files) == [2])
        let db = try #require(Dataset(name: "db"))
        #expect(try school.staging.receipt(db, year: school.year) == nil)
        #expect(try school.staging.head(db, year: school.year)?.snapshot == school.store.receipts.last?.snapshot)
        #expect(try school.staging.acknowledgedGeneration(db, year: school.year) == nil)
        #expect(try school.staging.pendingGenerations().map(\.state) == [.pending])
    }

    @Test func `power that fails at any request costs no more than that request`() async throws {
        let whole = try school()
        try whole.collect("db", content)
        _ = await whole.upload()
        let (requests, needed) = (whole.store.requests.count, whole.store.frameBytes)
        for moment in 0..<requests {
            let school = try school()
            try school.collect("db", content)
            try await school.uploadUntilPowerFails(at: moment)
            #expect(await school.upload().exitStatus == 0, "power failed at request \(moment)")
            #expect(school.store.snapshots.map(\.manifest) == whole.store.snapshots.map(\.manifest))
            #expect(Double(school.store.frameBytes) / Double(needed) < 1.01)
            #expect(try school.staging.pendingGenerations().isEmpty)
            #expect(try school.staging.pendingCommits().isEmpty)
        }
    }

    @Test func `one whose answer was lost is repeated word for word, and a more urgent set goes before the rest`()
        async throws
    {
        let school = try school()
        let generation = try #require(try school.collect("db", content).published)
        atFirstCommit(school) { .answerLost }
        _ = await school.uploader(RetryPolicy.Limits(attempts: 1)).upload()
        let pending = try #require(try school.staging.pendingCommits().first)
        #expect(pending.isSlice && pending.generation == generation.sequence)
        try school.restart()
        school.store.fault = { _, _ in nil }
        try school.collect("system-heartbeat", ["now": [1]])
        let report = await school.upload()
        #expect(report.committed == ["system-heartbeat", "db"] && report.slices.map(\.files) == [2, 4, 6])
        #expect(school.store.snapshots.map(\.dataset.name) == ["db", "system-heartbeat", "db", "db", "db"])
        let first = school.store.requests.filter { $0.path == "/v1/snapshots" }.prefix(2).map(\.body)
        #expect(first.count == 2 && first[0] == first[1])
    }

    @Test func `what the store misses for one is sent again, and the next one has it`() async throws {
        let school = try school()
        try school.collect("db", content)
        atFirstCommit(school) {
            school.store.loseChunks()
            return nil
        }
        let report = await school.upload()
        #expect(report.exitStatus == 0 && report.committed == ["db"])
        #expect(try names(school, 0).prefix(2) == ["f0", "f1"])
        #expect(try school.store.files(of: #require(school.store.snapshots.last)) == content)
        let numbers = school.store.snapshots.map(\.sequence)
        #expect(numbers.first != 2, "a number that was tried is not used for another slice")
        #expect(numbers == numbers.sorted())
        #expect(try school.staging.pendingCommits().isEmpty)
    }

    @Test func `one that the store misses something for after a restart is withdrawn, and holds up nothing`()
        async throws
    {
        let school = try school()
        try school.collect("db", content)
        school.store.fault = { request, _ in request.path == "/v1/snapshots" ? .unreachable : nil }
        _ = await school.upload()
        #expect(try school.staging.pendingCommits().map(\.isSlice) == [true])
        school.store.fault = { _, _ in nil }
        school.store.loseChunks()
        try school.restart()
        #expect(await school.upload().committed == ["db"])
        #expect(try school.store.files(of: #require(school.store.snapshots.last)) == content)
    }

    @Test func `a small urgent set goes between two slices`() async throws {
        let school = try school()
        try school.collect("db", content)
        atFirstCommit(school) {
            _ = try? school.collect("system-heartbeat", ["now": [1]])
            return nil
        }
        let report = await school.upload()
        #expect(report.committed == ["system-heartbeat", "db"])
        #expect(school.store.snapshots.map(\.dataset.name) == ["db", "system-heartbeat", "db", "db", "db"])
        #expect(report.slices.map(\.files) == [2, 4, 6])
    }

    @Test func `one that is replaced goes on as the newer one, over its last slice`() async throws {
        let school = try school()
        try school.collect("db", content)
        var newer = content
        newer["f7"] = TestSchool.noise(100_000, seed: 900)
        atFirstCommit(school) {
            _ = try? school.collect("db", newer)
            return nil
        }
        let report = await school.upload()
        #expect(report.exitStatus == 0 && report.committed == ["db"])
        #expect(try school.store.files(of: #require(school.store.snapshots.last)) == newer)
        #expect(school.store.snapshots.last?.outcome == .complete)
        #expect(zip(school.store.snapshots.dropFirst(), school.store.receipts).allSatisfy { $0.parent == $1.snapshot })
        #expect(school.store.frameBytes < 830_000, "nothing is sent twice")
        #expect(try school.staging.pendingGenerations().isEmpty)
        #expect(try school.staging.pendingCommits().isEmpty)
    }

    @Test func `a set that was once whole loses nothing by a slice of what follows`() async throws {
        let school = try school()
        var files = content
        files["z"] = TestSchool.noise(100_000, seed: 1000)
        try school.collect("db", files)
        _ = await school.upload()
        let before = school.store.snapshots.count
        let old = files["z"]
        files["f1"] = nil
        files["z"] = TestSchool.noise(100_000, seed: 1001)
        files.merge(SliceTests.files(0..<3, "a", seed: 2)) { $1 }
        try school.collect("db", files)
        let report = await school.upload()
        #expect(report.committed == ["db"] && report.slices.count == 1)
        let slice = school.store.snapshots[before]
        #expect(slice.outcome == .partial)
        #expect(try names(school, before) == ["a0", "a1", "f0", "f2", "f3", "f4", "f5", "f6", "f7", "z"])
        #expect(try school.store.files(of: slice)["z"] == old)
        #expect(try school.store.entries(of: slice).filter(\.isStale).map(\.path.description) == ["z"])
        #expect(try school.store.files(of: #require(school.store.snapshots.last)) == files)
    }
}

extension CollectionResult {
    fileprivate var published: Generation? {
        if case .published(let generation) = ending { generation } else { nil }
    }
}
