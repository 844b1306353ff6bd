import Collecting
import Glibc
import LevelTree
import Settings
import Staging
import Testing

@testable import SchoolDaemon

@Suite("A held generation that is damaged")
struct DamagedHeldTests {
    private let made: MadeSchool
    private let datasets = ["gstudio-logs", "system-heartbeat"].map(Dataset.of)

    init() throws {
        made = try MadeSchool()
        try made.file("data/gstudio-logs/export.log", "a line\n")
    }

    private func school(_ seconds: Int64, boot: String) throws -> School {
        var settings = made.settings
        settings.school.serverID = try ServerID("mz150")
        let clock = MachineClock(
            now: { FileTime(seconds: seconds, nanoseconds: 0) }, bootSeconds: { 100 }, bootID: { boot })
        return try School(settings, clock: clock)
    }

    @Test("is told of, and everything is collected all the same")
    func isTold() async throws {
        // 2000-01-01: an empty battery.
        let first = try school(946_684_800, boot: "b1")
        let staging = try first.openStaging(first.identity())
        _ = try await first.collect(datasets, as: first.identity(), into: staging) { _ in }
        let held = try staging.heldGenerations()
        #expect(held.count == 2)
        let damaged = try #require(held.first { $0.dataset == datasets[0] })
        #expect(unlink("\(staging.directory)/generations/\(damaged.sequence)/entries") == 0)

        // 2026-12-20.
        let second = try school(1_797_750_000, boot: "b2")
        let report = try await second.collect(datasets, as: second.identity(), into: staging) { _ in }
        #expect(report.warnings.contains { $0.sentence.contains("generation \(damaged.sequence) (gstudio-logs)") })
        #expect(try staging.heldGenerations().isEmpty)
        for dataset in datasets {
            let newest = try #require(try staging.currentGenerations().last { $0.dataset == dataset })
            #expect(newest.isClockTrusted && newest.outcome == .complete)
        }
    }
}
