import LevelTree
import Staging
import Synchronization
import Testing
import Wire

@testable import Uploading

@Suite("What was collected while the time was not known")
struct HeldUploadTests {
    private let school: TestSchool

    init() throws {
        school = try TestSchool()
        try school.collect("db", ["a": [1]])
        _ = try school.staging.collect(
            #require(Dataset(name: "db")), year: school.year,
            gathering: Gathering(parts: [
                .text(
                    [2], as: try RelativePath("a"), mode: 0o644,
                    modified: FileTime(seconds: 946_684_800, nanoseconds: 0))
            ]),
            clock: CollectionClock(
                startedMilliseconds: 946_684_800_000, bootSeconds: 100, isTrusted: false, heldBoot: "b1"))
    }

    private func upload(
        learning learn: (@Sendable (Int64, Double) throws -> Void)?
    ) async -> UploadReport {
        let (store, waits) = (school.store, school.waits)
        return await Uploader(
            staging: school.staging, files: school.files,
            options: Uploader.Options(store: "https://store.example.org", learn: learn),
            surroundings: Surroundings(connect: { _ in store }, wait: { seconds, _ in waits.add(seconds) })
        ).upload()
    }

    @Test func `is never committed while it is held`() async throws {
        let report = await upload(learning: nil)
        #expect(report.committed == ["db"])
        #expect(school.store.snapshots.map(\.clockTrusted) == [true])
        #expect(try school.staging.heldGenerations().count == 1)
    }

    @Test func `goes in the same run that told the time, under its own year and with its own time`() async throws {
        let staging = school.staging
        let told = Mutex<[Int64]>([])
        let report = await upload { seconds, bootSeconds in
            told.withLock { $0.append(seconds) }
            #expect(bootSeconds > 0)
            let held = try staging.heldGenerations()
            try staging.file(
                try held.map {
                    Filing(
                        sequence: $0.sequence, year: try Year(2019), startedMilliseconds: 1_550_000_000_000,
                        isCertain: true)
                })
        }
        #expect(told.withLock { $0 } == [1_500_000_000])
        #expect(report.committed == ["db", "db"] && report.stopped == nil)
        #expect(school.store.snapshots.map(\.year.number) == [2018, 2019])
        let late = try #require(school.store.snapshots.last)
        #expect(late.started == 1_550_000_000_000 && late.clockTrusted)
        #expect(try school.store.files(of: late) == ["a": [2]])
        #expect(try school.store.files(of: #require(school.store.snapshots.first)) == ["a": [1]])
    }

    @Test func `that cannot be filed stays held, and holds nothing else up`() async throws {
        let report = await upload { _, _ in throw StagingError(.diskFull, "the disk is full") }
        #expect(report.committed == ["db"] && report.stopped == nil)
        #expect(report.notices.contains { $0.contains("stays held: the disk is full") })
        #expect(try school.staging.heldGenerations().count == 1)
    }
}
