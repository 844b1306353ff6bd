import Content
import Foundation
import LevelTree
import Staging
import Testing

@testable import Uploading

/// What changed is compressed against what the store committed last.
struct BaseTests {
    private let old = TestSchool.text(600_000, seed: 1)

    /// The old text with some bytes replaced every 20,000 by fewer or more.
    private var edited: [UInt8] {
        var edited: [UInt8] = []
        for start in stride(from: 0, to: old.count, by: 20_000) {
            edited += Array("edit \(start * start)".utf8)
            edited += old[start + 9..<min(start + 20_000, old.count)]
        }
        return edited
    }

    /// What the frames of an upload of this second state cost, in bytes, after making sure that it arrived.
    private func cost(
        of files: [String: [UInt8]], after before: [String: [UInt8]], at school: TestSchool, dataset: String = "db"
    ) async throws -> Int {
        try school.collect(dataset, before)
        #expect(await school.upload().committed == [dataset])
        let sent = school.store.frameBytes
        try school.collect(dataset, files)
        let report = await school.upload()
        #expect(report.committed == [dataset])
        #expect(try school.store.files(of: #require(school.store.snapshots.last)) == files)
        return school.store.frameBytes - sent
    }

    @Test func `nothing that is sent for the first time leans on anything`() async throws {
        let school = try TestSchool()
        try school.collect("db", ["a": old, "b": edited])
        #expect(await school.upload().committed == ["db"])
        #expect(school.store.leaning.isEmpty)
    }

    @Test func `a large file with many edits costs what was edited`() async throws {
        let school = try TestSchool()
        let cost = try await cost(of: ["a": edited], after: ["a": old], at: school)
        #expect((2...3).contains(school.store.leaning.count), "of at most 256 KiB first; the rest as the link is fast")
        // 30 edits of some 15 bytes, 32 bytes for each of about 19 chunks that it leans on; 300,000 without a base.
        #expect(cost < 4000)
    }

    @Test func `small files that changed ride together with their former selves`() async throws {
        let school = try TestSchool()
        func files(_ more: String) -> [String: [UInt8]] {
            var files: [String: [UInt8]] = [:]
            for number in 0..<50 {
                files["f\(number)"] = TestSchool.text(3000, seed: UInt64(number + 9)) + Array("\(more) \(number)".utf8)
            }
            return files
        }
        let cost = try await cost(of: files("after"), after: files("before"), at: school)
        // 32 bytes for the base of each and a few for its news; 75,000 without a base.
        #expect(cost < 6000)
    }

    @Test func `a manifest costs what changed in it`() async throws {
        let school = try TestSchool()
        var files = Dictionary(
            uniqueKeysWithValues: (0..<3000).map { ("folder/file number \($0)", Array("content \($0)".utf8)) })
        let before = files
        files["folder/file number 1500"] = Array("other".utf8)
        let cost = try await cost(of: files, after: before, at: school)
        // A piece of it has 32 KB, of which 10 KB are hashes.
        #expect(cost < 1000)
    }

    @Test func `a log that was rotated after it had grown leans on what it was`() async throws {
        let school = try TestSchool()
        let (grown, next) = (old + TestSchool.text(500, seed: 2), TestSchool.text(700, seed: 3))
        let former = TestSchool.text(400_000, seed: 4)
        let cost = try await cost(
            of: ["log": next, "log.1": grown], after: ["log": old, "log.1": former], at: school)
        // 600 bytes of news, and the last chunk's beginning against the former one.
        #expect(cost < 2000)
    }

    @Test func `a set that is taken by reference leans on nothing, but its manifest does`() async throws {
        let school = try TestSchool()
        let source = school.folder.appendingPathComponent("source")
        func put(_ name: String, _ bytes: [UInt8]) throws {
            try Data(bytes).write(to: source.appendingPathComponent(name))
        }
        let gathering = Gathering(parts: [.folder(SourceFolder(path: source.path))])
        for number in 0..<400 { try put("\(number)", [1, 2, UInt8(number % 256), UInt8(number / 256)]) }
        try put("text", old)
        try school.collect("media", gathering)
        #expect(await school.upload().committed == ["media"])
        let sent = school.store.frameBytes
        try put("text", edited)
        try school.collect("media", gathering)
        #expect(await school.upload().committed == ["media"])
        #expect(school.store.frameBytes - sent > 250_000)
        #expect(school.store.leaning.count == 1)
        #expect(try school.store.files(of: #require(school.store.snapshots.last))["text"] == edited)
    }

    @Test func `where the store lacks what a frame leans on, it is made without, and no other is tried`() async throws {
        let school = try TestSchool()
        let (other, otherEdited) = (TestSchool.text(2_000_000, seed: 5), TestSchool.text(1_200_000, seed: 6))
        try school.collect("db", ["a": old, "b": other])
        #expect(await school.upload().committed == ["db"])
        // All that this generation alone has.
        let files = ["a": edited, "b": otherEdited + other]
        for (id, _) in school.store.own where id != ChunkID(hashing: []) {
            if !school.store.snapshots[0].manifest.contains(id) { school.store.own[id] = nil }
        }
        try school.collect("db", files)
        #expect(await school.upload().committed == ["db"])
        #expect(school.store.basesGone == 1)
        #expect(try school.store.files(of: #require(school.store.snapshots.last)) == files)
        #expect(try school.staging.spooledFrames().isEmpty)
    }

    @Test func `where the former copy is damaged or gone, the frame does without`() async throws {
        for isRemoved in [true, false] {
            let school = try TestSchool()
            try school.collect("db", ["a": old])
            let report = await school.upload()
            try school.collect("db", ["a": edited])
            let sequence = try #require(report.entries.first?.sequence)
            let copy = school.folder.appendingPathComponent("staging/generations/\(sequence)/files/a")
            #expect(FileManager.default.fileExists(atPath: copy.path))
            if isRemoved {
                try FileManager.default.removeItem(at: copy)
            } else {
                try Data(TestSchool.noise(old.count, seed: 8)).write(to: copy)
            }
            #expect(await school.upload().committed == ["db"])
            #expect(try school.store.files(of: #require(school.store.snapshots.last)) == ["a": edited])
            #expect(school.store.leaning.allSatisfy { $0.content.count < 10_000 })
        }
    }

    @Test func `a frame that leans on a base goes on inside itself after a restart`() async throws {
        let school = try TestSchool()
        try school.collect("db", ["a": old])
        #expect(await school.upload().committed == ["db"])
        let before = school.store.frameBytes
        try school.collect("db", ["a": edited])
        school.store.fault = { request, _ in request.method == .patch ? .cut(after: 200) : nil }
        _ = await school.uploader(RetryPolicy.Limits(attempts: 1)).upload()
        #expect(school.store.frameBytes - before == 200)
        try school.restart()
        school.store.fault = { _, _ in nil }
        #expect(await school.upload().committed == ["db"])
        #expect(school.store.log.contains("PATCH frame@200"))
        #expect((2...3).contains(school.store.leaning.count))
        #expect(try school.store.files(of: #require(school.store.snapshots.last)) == ["a": edited])
        #expect(school.store.frameBytes - before < 4000)
    }

    @Test func `what another installation committed is nothing to lean on`() async throws {
        let school = try TestSchool()
        try school.collect("db", ["a": old])
        #expect(await school.upload().committed == ["db"])
        try school.staging.startAnew(heads: school.store.heads)
        #expect(try school.staging.acknowledgedGeneration(#require(Dataset(name: "db")), year: school.year) == nil)
        try school.collect("db", ["a": edited])
        #expect(await school.upload().committed == ["db"])
        #expect(school.store.leaning.isEmpty)
    }
}
