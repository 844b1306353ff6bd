import Synchronization
import Testing
import Wire

@testable import Uploading

/// What a school tells the store beside its datasets.
struct ReportTests {
    private func facts(_ errors: String...) -> @Sendable () throws -> Report {
        { Report(version: "1.0", freeBytes: 5, clock: 6, errors: errors) }
    }

    @Test func `the report comes first, and the same is not sent again, nor after a restart`() async throws {
        let school = try TestSchool()
        try school.collect("db", ["a": Array("one".utf8)])
        #expect(await school.upload(telling: facts("db failed")).exitStatus == 0)
        #expect(school.store.log == ["GET hello", "POST reports", "PATCH frame@0", "POST snapshots"])
        #expect(school.store.reports == [try facts("db failed")()])
        #expect(await school.upload(telling: facts("db failed")).exitStatus == 0)
        try school.restart()
        #expect(await school.upload(telling: facts("db failed")).exitStatus == 0)
        #expect(school.store.reports.count == 1)
        #expect(school.store.log.suffix(2) == ["GET hello", "GET hello"])
    }

    @Test func `what changed is told, and a week later also what did not`() async throws {
        let school = try TestSchool()
        for errors in [["one"], ["two"], [], []] {
            _ = await school.upload { Report(version: "1.0", freeBytes: 5, clock: 6, errors: errors) }
        }
        #expect(school.store.reports.map(\.errors) == [["one"], ["two"], []])
        school.store.time += 7 * 86_400
        _ = await school.upload(telling: facts())
        #expect(school.store.reports.count == 4)
    }

    enum Failure: CaseIterable, Sendable { case unreachable, answerLost, busy, refused, unreadable }

    @Test(arguments: Failure.allCases)
    func `a report that fails does the upload no harm, is tried once, and again by the next`(
        failure: Failure
    ) async throws {
        let school = try TestSchool()
        try school.collect("db", ["a": Array("one".utf8)])
        school.store.fault = { request, _ in
            guard request.path == "/v1/reports" else { return nil }
            return switch failure {
            case .unreachable: .unreachable
            case .answerLost: .answerLost
            case .busy: .answer(FakeStore.problem(.busy, retryAfter: 9))
            case .refused: .answer(FakeStore.problem(.revoked))
            case .unreadable: nil
            }
        }
        let report = await school.upload { [facts] in
            if failure == .unreadable { throw UploadError(.staging, "it cannot be read") }
            return try facts("one")()
        }
        #expect(report.exitStatus == 0 && report.committed == ["db"])
        #expect(school.store.log.filter { $0 == "POST reports" }.count == (failure == .unreadable ? 0 : 1))
        #expect(school.waits.all.count == (failure == .busy ? 1 : 0))
        #expect(school.waits.all.allSatisfy { $0 >= 9 }, "what comes next waits as long as the store asked")
        let isLink = failure == .unreachable || failure == .answerLost
        #expect(report.notices.isEmpty == isLink, "only a broken link needs no word: \(report.notices)")
        school.store.fault = { _, _ in nil }
        let before = school.store.reports.count
        _ = await school.upload(telling: facts("one"))
        #expect(school.store.reports.count == before + 1)
    }

    @Test(arguments: [false, true])
    func `a store that asks to come much later, when told the report, is not asked for anything else`(
        hasWork: Bool
    ) async throws {
        let school = try TestSchool()
        if hasWork { try school.collect("db", ["a": Array("one".utf8)]) }
        school.store.fault = { request, _ in
            request.path == "/v1/reports" ? .answer(FakeStore.problem(.busy, retryAfter: 3600)) : nil
        }
        let report = await school.upload(telling: facts("one"))
        #expect(school.store.log == ["GET hello", "POST reports"])
        #expect(school.waits.all.isEmpty)
        #expect(report.stopped?.code == (hasWork ? .busy : nil))
        #expect(report.stopped?.retryAfter == (hasWork ? 3600 : nil))
        #expect(report.toCollectAgain.isEmpty && report.failures.isEmpty)
        school.store.fault = { _, _ in nil }
        let next = await school.upload(telling: facts("one"))
        #expect(next.exitStatus == 0 && next.committed == (hasWork ? ["db"] : []))
        #expect(school.store.reports.count == 1)
    }

    @Test func `an upload that ends for want of room still sends one, since then somebody has to know`() async throws {
        let school = try TestSchool()
        try school.collect("db", ["a": Array("one".utf8)])
        school.store.fault = { request, _ in
            request.method == .patch ? .answer(FakeStore.problem(.overBudget)) : nil
        }
        #expect(await school.upload(telling: facts("one")).stopped?.code == .storeFull)
        #expect(school.store.reports == [try facts("one")()])
    }

    @Test func `links that never last for a frame tell how the school is, each piece of news once`() async throws {
        let school = try TestSchool()
        try school.collect("db", ["big": TestSchool.noise(1 << 20, seed: 1)])
        school.store.fault = { request, _ in request.method == .patch ? .unreachable : nil }
        for errors in ["one", "one", "two"] {
            #expect(await school.upload(telling: facts(errors)).stopped?.code == .offline)
        }
        #expect(school.store.reports.map(\.errors) == [["one"], ["two"]])
        #expect(school.store.snapshots.isEmpty)
    }

    @Test func `what holds the upload back holds the report back, without a word of its own`() async throws {
        let school = try TestSchool()
        try school.collect("db", ["a": Array("one".utf8)])
        var options = Uploader.Options(store: "https://store.example.org", report: facts("one"))
        options.manners = TransferManners(refusal: { $0 ? nil : UploadError(.outsideWindows, "no window is open") })
        let store = school.store
        let report = await Uploader(
            staging: school.staging, files: school.files, options: options,
            surroundings: Surroundings(connect: { _ in store }, wait: { _, _ in })
        ).upload()
        #expect(report.stopped?.code == .outsideWindows && report.notices.isEmpty)
        #expect(store.log == ["GET hello"])
    }

    @Test func `a new enrolment tells its store all again`() async throws {
        let school = try TestSchool()
        _ = await school.upload(telling: facts("one"))
        try school.staging.startAnew(heads: [])
        _ = await school.upload(telling: facts("one"))
        #expect(school.store.reports.count == 2)
    }

    @Test func `errors are cut to what a store takes, each to one line`() async throws {
        let school = try TestSchool()
        let many = ["a\nb\u{1B}"] + [String](repeating: String(repeating: "ä", count: 600), count: 99)
        _ = await school.upload { Report(version: "1.0", freeBytes: 5, clock: 6, errors: many) }
        let errors = try #require(school.store.reports.first?.errors)
        #expect(errors.count == Report.maximumErrors)
        #expect(errors.first == "a b ")
        #expect(errors[1] == String(repeating: "ä", count: 498) + "…")
        #expect(errors.allSatisfy { $0.utf8.count <= Report.maximumErrorBytes })
        #expect(errors.last == "and 51 more")
    }
}
