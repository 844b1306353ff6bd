import Content
import Foundation
import LevelTree
import Testing
import Wire

@testable import Uploading

/// Whole runs against a store in memory.
struct UploadRunTests {
    private let small: [String: [UInt8]] = ["a": Array("one".utf8), "b/c": Array("two".utf8), "empty": []]

    @Test func `every dataset arrives whole, the urgent ones first, each with its own commit`() async throws {
        let school = try TestSchool()
        try school.collect("db", ["big": TestSchool.noise(3 << 20, seed: 1)])
        try school.collect("system-heartbeat", small)
        let report = await school.upload()
        #expect(report.stopped == nil && report.exitStatus == 0)
        #expect(report.committed == ["system-heartbeat", "db"])
        #expect(school.store.snapshots.map(\.dataset.name) == ["system-heartbeat", "db"])
        #expect(try school.store.files(of: #require(school.store.snapshots.first)) == small)
        #expect(
            try school.store.files(of: #require(school.store.snapshots.dropFirst().first)) == [
                "big": TestSchool.noise(3 << 20, seed: 1)
            ])
        #expect(try school.staging.pendingGenerations().isEmpty)
        #expect(try school.staging.spooledFrames().isEmpty)
        #expect(try school.staging.pendingCommits().isEmpty)
        // Fresh frames go straight to the store: no question before them.
        #expect(!school.store.log.contains { $0.hasPrefix("HEAD") })
        #expect(school.store.log.allSatisfy { !$0.contains("missing") })
    }

    @Test func `nothing new is one small request`() async throws {
        let school = try TestSchool()
        try school.collect("system-heartbeat", small)
        _ = await school.upload()
        let before = school.store.log.count
        let report = await school.upload()
        #expect(report.exitStatus == 0 && report.entries.isEmpty)
        #expect(school.store.log[before...] == ["GET hello"])
        #expect(report.storeTime?.seconds == 1_500_000_000)
    }

    @Test func `what is unchanged is not sent again, and the parent is the last snapshot`() async throws {
        let school = try TestSchool()
        let content = TestSchool.noise(1 << 20, seed: 2)
        try school.collect("db", ["big": content, "day": [1]])
        _ = await school.upload()
        let before = school.store.frameBytes
        try school.collect("db", ["big": content, "day": [2]])
        let report = await school.upload()
        #expect(report.committed == ["db"])
        #expect(school.store.frameBytes - before < 2000)
        #expect(school.store.snapshots.map(\.parent) == [nil, school.store.receipts.first?.snapshot])
        #expect(try school.store.files(of: #require(school.store.snapshots.dropFirst().first))["day"] == [2])
    }

    @Test func `offline is not now: one attempt, everything kept`() async throws {
        let school = try TestSchool()
        try school.collect("db", small)
        school.store.fault = { _, _ in .unreachable }
        let report = await school.upload()
        #expect(report.stopped?.code == .offline && report.exitStatus == 75)
        #expect(report.stopped?.isPermanent == false)
        #expect(report.entries.map(\.ending) == [.notSent])
        #expect(school.store.log == ["GET hello"])
        #expect(school.waits.all.isEmpty)
        #expect(try school.staging.pendingGenerations().count == 1)
    }

    @Test func `nothing that is staged is read before the store has answered`() async throws {
        let school = try TestSchool()
        try school.collect("db", small)
        // Whoever reads it notices.
        try FileManager.default.removeItem(atPath: "\(school.staging.directory)/tree")
        school.store.fault = { _, _ in .unreachable }
        for _ in 0..<2 {
            let report = await school.upload()
            #expect(report.stopped?.code == .offline)
            #expect(report.entries.map(\.ending) == [.notSent])
        }
        #expect(try school.staging.spooledFrames().isEmpty)
        school.store.fault = { _, _ in nil }
        #expect(await school.upload().failures == ["db": .collectAgain])
    }

    @Test func `after a break no further frame is made, and none while the store is not reached`() async throws {
        let school = try TestSchool()
        try school.collect("db", ["big": TestSchool.noise(4 << 20, seed: 8)])
        var frames: Set<String> = []
        school.store.fault = { request, _ in
            guard request.method == .patch else { return frames.count > 1 ? .unreachable : nil }
            frames.insert(request.path)
            return frames.count > 1 ? .cut(after: 1000) : nil
        }
        #expect(await school.upload().stopped?.code == .offline)
        #expect(frames.count == 2)
        let spooled = try school.staging.spooledFrames()
        #expect(spooled.count == 1)
        school.store.fault = { _, _ in .unreachable }
        #expect(await school.upload().stopped?.code == .offline)
        #expect(try school.staging.spooledFrames() == spooled)
        school.store.fault = { _, _ in nil }
        #expect(await school.upload().committed == ["db"])
    }

    @Test func `a link that breaks inside a frame goes on where the store is`() async throws {
        let school = try TestSchool()
        try school.collect("db", ["big": TestSchool.noise(2 << 20, seed: 3)])
        // Every attempt passes 100,000 bytes and breaks.
        school.store.fault = { request, _ in
            request.method == .patch && request.body.map { $0.count - request.bodyOffset > 100_000 } == true
                ? .cut(after: 100_000) : nil
        }
        let report = await school.upload()
        #expect(report.committed == ["db"])
        let needed = Double(2 << 20)
        #expect(Double(school.store.frameBytes) / needed < 1.01)
        #expect(school.store.log.contains("PATCH frame@100000"))
    }

    @Test func `a frame whose answer was lost is asked for, not sent again`() async throws {
        let school = try TestSchool()
        try school.collect("db", ["big": TestSchool.noise(300_000, seed: 4)])
        var isFirst = true
        school.store.fault = { request, _ in
            guard request.method == .patch, isFirst else { return nil }
            isFirst = false
            return .answerLost
        }
        let report = await school.upload()
        #expect(report.committed == ["db"])
        #expect(school.store.log.prefix(3) == ["GET hello", "PATCH frame@0", "HEAD frame"])
        #expect(school.store.frameBytes < 310_000)
    }

    @Test func `a commit whose answer was lost is repeated word for word and makes no second snapshot`() async throws {
        let school = try TestSchool()
        try school.collect("db", small)
        school.store.fault = { request, _ in request.path == "/v1/snapshots" ? .answerLost : nil }
        let lost = await school.upload()
        #expect(lost.exitStatus == 75)
        #expect(try school.staging.pendingCommits().count == 1)
        #expect(try school.staging.pendingGenerations().count == 1)
        try school.restart()
        school.store.fault = { _, _ in nil }
        let report = await school.upload()
        #expect(report.committed == ["db"])
        #expect(school.store.snapshots.count == 1)
        let bodies = Set(school.store.requests.filter { $0.path == "/v1/snapshots" }.compactMap(\.body))
        #expect(bodies.count == 1)
        #expect(try school.staging.pendingGenerations().isEmpty)
    }

    @Test func `power that fails at any request costs no more than that request`() async throws {
        // How many requests a whole upload takes.
        let content = ["big": TestSchool.noise(2 << 20, seed: 5), "text": Array(repeating: UInt8(65), count: 500_000)]
        let whole = try TestSchool()
        try whole.collect("system-heartbeat", small)
        try whole.collect("db", content)
        _ = await whole.upload()
        let (requests, needed) = (whole.store.requests.count, whole.store.frameBytes)

        for moment in 0..<requests {
            let school = try TestSchool()
            try school.collect("system-heartbeat", small)
            try school.collect("db", content)
            try await school.uploadUntilPowerFails(at: moment)
            let report = await school.upload()
            #expect(report.exitStatus == 0, "power failed at request \(moment)")
            #expect(school.store.snapshots.count == 2)
            #expect(Double(school.store.frameBytes) / Double(needed) < 1.01)
            #expect(try school.staging.pendingGenerations().isEmpty)
        }
    }

    @Test func `a stop ends the run and keeps everything`() async throws {
        let school = try TestSchool()
        try school.collect("db", small)
        school.store.fault = { request, _ in request.method == .patch ? .power : nil }
        let report = await school.upload()
        #expect(report.stopped?.code == .stopped && report.exitStatus == 75)
        #expect(try school.staging.spooledFrames().count == 1)
        school.store.fault = { _, _ in nil }
        let next = await school.upload()
        #expect(next.committed == ["db"])
        // The frame that was spooled goes on; it is asked for first, because its state at the store is not known.
        #expect(school.store.log.suffix(4) == ["GET hello", "HEAD frame", "PATCH frame@0", "POST snapshots"])
    }

    @Test func `only the named datasets are sent`() async throws {
        let school = try TestSchool()
        try school.collect("db", small)
        try school.collect("system-heartbeat", small)
        let report = await school.upload(["db"])
        #expect(report.committed == ["db"])
        #expect(try school.staging.pendingGenerations().map(\.dataset.name) == ["system-heartbeat"])
    }

    @Test func `a machine that is not enrolled says what to do and sends nothing`() async throws {
        let school = try TestSchool(isEnrolled: false)
        try school.collect("db", small)
        let report = await school.upload()
        #expect(report.stopped?.code == .notEnrolled && report.exitStatus == 77)
        #expect(report.stopped?.message.contains("clix-collectd enroll") == true)
        #expect(school.store.log.isEmpty)
    }

    @Test func `progress rises to the whole`() async throws {
        let school = try TestSchool()
        try school.collect("db", ["big": TestSchool.noise(3 << 20, seed: 6), "text": Array("x".utf8)])
        let steps = Waits()
        let total = Waits()
        _ = await school.uploader().upload { event in
            guard case .progress(_, let done, let all, _) = event else { return }
            steps.add(Double(done))
            total.add(Double(all))
        }
        #expect(steps.all == steps.all.sorted() && steps.all.count > 2)
        #expect(steps.all.last == Double((3 << 20) + 1))
        #expect(Set(total.all) == [Double((3 << 20) + 1)])
    }

    @Test func `a more urgent generation that comes up meanwhile goes first, and the large one goes on after it`()
        async throws
    {
        let school = try TestSchool()
        try school.collect("db", ["big": TestSchool.noise(6 << 20, seed: 7)])
        var frames = 0
        school.store.fault = { request, _ in
            guard request.method == .patch else { return nil }
            frames += 1
            if frames == 2 { _ = try? school.collect("system-heartbeat", ["now": [1, 2, 3]]) }
            return nil
        }
        let report = await school.upload()
        #expect(report.committed == ["system-heartbeat", "db"])
        // Nothing was sent twice for it.
        #expect(school.store.frameBytes < (6 << 20) + 100_000)
        #expect(report.entries.last.map { $0.frames >= 6 } == true)
    }
}
