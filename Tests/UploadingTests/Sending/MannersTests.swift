import LevelTree
import Staging
import Synchronization
import Testing
import Wire

@testable import Uploading

@Suite("A run with manners")
struct MannersTests {
    private func run(_ school: TestSchool, _ manners: TransferManners) async -> UploadReport {
        let (store, waits) = (school.store, school.waits)
        var options = Uploader.Options(store: "https://store.example.org")
        options.manners = manners
        return await Uploader(
            staging: school.staging, files: school.files, options: options,
            surroundings: Surroundings(connect: { _ in store }, wait: { seconds, _ in waits.add(seconds) })
        ).upload()
    }

    @Test("that is told to wait sends nothing more, keeps all, and goes on where it was")
    func held() async throws {
        let school = try TestSchool()
        try school.collect("db", ["big": TestSchool.noise(3 << 20, seed: 1)])
        let asked = Mutex(0)
        let manners = TransferManners(refusal: { _ in
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            return number > 2 ? UploadError(.outsideWindows, "the window is over") : nil
        })
        let report = await run(school, manners)
        #expect(report.stopped?.code == .outsideWindows && report.exitStatus == 75)
        #expect(report.entries.map(\.ending) == [.notSent])
        #expect(school.store.log.count == 2)
        let sent = school.store.frameBytes
        #expect(try school.staging.pendingCommits().isEmpty)
        let next = await run(school, TransferManners())
        #expect(next.committed == ["db"])
        #expect(school.store.frameBytes < sent + 5 << 19, "what had arrived is not sent again")
    }

    @Test("that is held back before its commit leaves none in doubt")
    func commit() async throws {
        let school = try TestSchool()
        try school.collect("db", ["small": [1]])
        let store = school.store
        let manners = TransferManners(refusal: { _ in
            store.log.contains { $0.hasPrefix("PATCH") } ? UploadError(.monthlyLimit, "it is used up") : nil
        })
        #expect(await run(school, manners).stopped?.code == .monthlyLimit)
        #expect(try school.staging.pendingCommits().isEmpty)
    }

    @Test("counts all that travels, also what fails, and nothing twice")
    func counted() async throws {
        let school = try TestSchool()
        try school.collect("db", ["big": TestSchool.noise(2 << 20, seed: 1)])
        school.store.fault = { _, number in number == 1 ? .cut(after: 1000) : nil }
        let sum = Mutex<UInt64>(0)
        let report = await run(school, TransferManners(travelled: { bytes in sum.withLock { $0 += bytes } }))
        #expect(report.committed == ["db"])
        #expect(sum.withLock { $0 } == report.wire.up + report.wire.down)
    }
}
