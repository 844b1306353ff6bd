import Content
import Crypto
import LevelTree
import Staging
import Testing
import Wire

@testable import Uploading

/// What the store refuses, or should not be believed.
struct RefusalTests {
    private let small: [String: [UInt8]] = ["a": Array("one".utf8)]

    /// Two datasets, so that it is seen whether the second is still sent.
    private func school() throws -> TestSchool {
        let school = try TestSchool()
        try school.collect("postgres-dump", small)
        try school.collect("db", ["b": Array("two".utf8)])
        return school
    }

    @Test func `what another server than the enrolled one has staged is not sent, and nobody is asked`() async throws {
        let school = try TestSchool(as: "mz151")
        try school.collect("db", small)
        let report = await school.upload()
        #expect(report.stopped?.code == .otherIdentity && report.exitStatus == 78)
        #expect(report.stopped?.message.contains("enrolled as mz151") == true)
        #expect(school.store.log.isEmpty)
        #expect(try school.staging.pendingGenerations().count == 1)
    }

    private func onCommit(_ name: String, _ answer: StoreAnswer) -> (StoreRequest, Int) -> FakeStore.Fault? {
        { request, _ in
            guard request.path == "/v1/snapshots",
                let commit = try? WireCoding.decode(CommitRequest.self, from: request.body ?? []),
                commit.dataset.name == name
            else { return nil }
            return .answer(answer)
        }
    }

    enum Forgery: CaseIterable, Sendable {
        case otherKey, otherSequence, otherManifest, otherInstallation, brokenSignature
    }

    @Test(arguments: Forgery.allCases)
    func `a forged receipt releases nothing`(forgery: Forgery) async throws {
        let school = try school()
        school.store.fault = { request, _ in
            guard request.path == "/v1/snapshots",
                var commit = try? WireCoding.decode(CommitRequest.self, from: request.body ?? []),
                var receipt = try? school.store.receipt(commit)
            else { return nil }
            switch forgery {
            case .otherKey: receipt = (try? school.store.receipt(commit, key: .init())) ?? receipt
            case .otherSequence:
                commit.sequence += 1
                receipt = (try? school.store.receipt(commit)) ?? receipt
            case .otherManifest:
                commit.manifest = [ChunkID(hashing: [])]
                receipt = (try? school.store.receipt(commit)) ?? receipt
            case .otherInstallation: receipt.installation = InstallationID("i-ffffffffffffffff")
            case .brokenSignature: receipt.signature = "AAAA"
            }
            return .answer(school.store.json(201, receipt))
        }
        let report = await school.upload()
        #expect(report.stopped?.code == .forgedReceipt && report.exitStatus == 77)
        #expect(try school.staging.pendingGenerations().count == 2)
        #expect(try school.staging.pendingCommits().count == 1)
        #expect(try school.staging.heads().isEmpty)
        // Once the true store answers, the stored commit is repeated and all is well.
        school.store.fault = { _, _ in nil }
        let honest = await school.upload()
        #expect(honest.committed == ["postgres-dump", "db"])
    }

    @Test func `how long the store wants to hear nothing is told with the refusal`() async throws {
        let school = try school()
        school.store.fault = { _, _ in .answer(FakeStore.problem(.busy, retryAfter: 3600)) }
        let busy = await school.upload()
        #expect(busy.stopped?.code == .busy && busy.stopped?.retryAfter == 3600)
        school.store.fault = { _, _ in .answer(FakeStore.problem(.storeFull, retryAfter: 7200)) }
        #expect(await school.upload().stopped?.retryAfter == 7200)
        school.store.fault = { _, _ in nil }
        school.store.wish = 600
        #expect(await school.upload().stopped?.retryAfter == 600)
    }

    @Test(arguments: [ProblemType.forked, .wrongParent, .staleSequence])
    func `a fork stops all uploading and says what to do`(type: ProblemType) async throws {
        let school = try school()
        school.store.fault = onCommit("postgres-dump", FakeStore.problem(type))
        let report = await school.upload()
        #expect(report.stopped?.code == .forked && report.exitStatus == 77 && report.stopped?.isPermanent == true)
        #expect(report.stopped?.message.contains("clix-store school code") == true)
        #expect(report.entries.map(\.ending) == [.notSent, .notSent])
        #expect(school.store.snapshots.isEmpty)
        // Answered, so no longer in doubt; and nothing was let go.
        #expect(try school.staging.pendingCommits().isEmpty)
        #expect(try school.staging.pendingGenerations().count == 2)
    }

    @Test(arguments: [ProblemType.unauthorized, .revoked])
    func `a revoked token stops at hello`(type: ProblemType) async throws {
        let school = try school()
        school.store.fault = { _, _ in .answer(FakeStore.problem(type)) }
        let report = await school.upload()
        #expect(report.stopped?.code == .revoked && report.exitStatus == 77)
        #expect(school.store.log == ["GET hello"])
        #expect(try school.staging.pendingGenerations().count == 2)
    }

    @Test func `a token that is revoked in the middle of a frame stops there`() async throws {
        let school = try school()
        school.store.fault = { request, _ in request.method == .patch ? .answer(FakeStore.problem(.revoked)) : nil }
        let report = await school.upload()
        #expect(report.stopped?.code == .revoked)
        #expect(try school.staging.pendingGenerations().count == 2)
    }

    @Test func `a restored copy of the state is refused before anything is sent`() async throws {
        let school = try school()
        school.store.highestSequence = 1000
        let report = await school.upload()
        #expect(report.stopped?.code == .restored && report.exitStatus == 77)
        #expect(school.store.log == ["GET hello"])
    }

    @Test(arguments: [ProblemType.storeFull, .overBudget])
    func `a full store is not now; everything is kept and goes on after space returns`(type: ProblemType) async throws {
        let school = try school()
        school.store.fault = { request, _ in request.method == .patch ? .answer(FakeStore.problem(type)) : nil }
        let report = await school.upload()
        #expect(report.stopped?.code == .storeFull && report.exitStatus == 75)
        #expect(try school.staging.pendingGenerations().count == 2)
        #expect(school.waits.all.isEmpty)
        school.store.fault = { _, _ in nil }
        #expect(await school.upload().committed == ["postgres-dump", "db"])
    }

    @Test func `a busy store is waited for as long as it says, and no longer than a run should last`() async throws {
        let school = try school()
        school.store.fault = { _, number in number == 1 ? .answer(FakeStore.problem(.busy, retryAfter: 7)) : nil }
        #expect(await school.upload().committed == ["postgres-dump", "db"])
        #expect(school.waits.all.count == 1 && school.waits.all[0] >= 7)

        try school.collect("db", ["b": Array("three".utf8)])
        school.store.fault = { request, _ in
            request.path == "/v1/snapshots" ? .answer(FakeStore.problem(.busy, retryAfter: 3600)) : nil
        }
        let report = await school.upload()
        #expect(report.stopped?.code == .busy && report.exitStatus == 75)
        #expect(school.waits.all.count == 1)
    }

    @Test(arguments: [429, 500, 502, 503])
    func `an answer from something on the way is tried again`(status: Int) async throws {
        let school = try school()
        school.store.fault = { _, number in
            number == 2 ? .answer(StoreAnswer(status: status, body: Array("<html>".utf8))) : nil
        }
        #expect(await school.upload().committed == ["postgres-dump", "db"])
    }

    @Test func `a store that wishes to be left alone is`() async throws {
        let school = try school()
        school.store.wish = 900
        let report = await school.upload()
        #expect(report.stopped?.code == .busy && report.exitStatus == 75)
        #expect(school.store.log == ["GET hello"])
    }

    @Test func `what answers but is no store is not believed`() async throws {
        let school = try school()
        school.store.fault = { _, _ in .answer(StoreAnswer(status: 200, body: Array("<html>".utf8))) }
        let report = await school.upload()
        #expect(report.stopped?.code == .unexpectedAnswer && report.exitStatus == 69)
        #expect(report.stopped?.message.contains("url under [store]") == true)
    }

    @Test func `one dataset that the store will not have does not hold up the others`() async throws {
        let school = try school()
        school.store.fault = onCommit("postgres-dump", FakeStore.problem(.manifestInvalid))
        let report = await school.upload()
        #expect(report.failures == ["postgres-dump": .rejected])
        #expect(report.committed == ["db"])
        #expect(report.exitStatus == 1)
        #expect(try school.staging.pendingCommits().isEmpty)
    }

    @Test func `a frame that the store refuses for good fails its dataset alone`() async throws {
        let school = try school()
        var isFirst = true
        school.store.fault = { request, _ in
            guard request.method == .patch, isFirst else { return nil }
            isFirst = false
            return .answer(FakeStore.problem(.contentTooLarge))
        }
        let report = await school.upload()
        #expect(report.failures == ["postgres-dump": .rejected])
        #expect(report.committed == ["db"])
        #expect(try school.staging.spooledFrames().isEmpty)
    }

    @Test func `a frame that arrived damaged is sent again, and made anew if that does not help`() async throws {
        let school = try school()
        var refusals = 2
        school.store.fault = { request, _ in
            guard request.method == .patch, refusals > 0 else { return nil }
            refusals -= 1
            return .answer(FakeStore.problem(.frameMismatch))
        }
        #expect(await school.upload().committed == ["postgres-dump", "db"])
        #expect(school.store.log.filter { $0 == "PATCH frame@0" }.count == 4)
    }

    @Test func `a frame that never arrives whole is given up in the end`() async throws {
        let school = try school()
        school.store.fault = { request, _ in
            request.method == .patch ? .answer(FakeStore.problem(.frameMismatch)) : nil
        }
        let report = await school.upload()
        #expect(report.failures == ["postgres-dump": .rejected, "db": .rejected])
        #expect(school.store.requests.count < 50)
    }
}
