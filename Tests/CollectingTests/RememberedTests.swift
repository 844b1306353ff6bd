import LevelTree
import Staging
import Testing

@testable import Collecting

@Suite("What a collector remembers of the last pass")
struct RememberedTests {
    private static let datasets = [
        "nginx-logs", "gstudio_tools_logs", "unplatform", "git-commit.log", "gstudio-exported-users-analytics-csvs",
        "activity-timestamp-csvs", "qbank_data.tar.gz", "postgres-dump",
    ]

    @Test(arguments: datasets)
    func `fails the dataset where it cannot be read, and never counts as nothing`(name: String) async throws {
        let school = FakeSchool()
        let lost = CollectingProblem(.noMemory, "it cannot be read")
        var context = try school.context()
        context.memory = { _ throws(CollectingProblem) in throw lost }
        let collector = Collectors.collector(for: .of(name))
        await #expect(throws: lost) { try await collector.gather(context).release() }
        context.memory = { _ in nil }
        await #expect(throws: Never.self) { try await collector.gather(context).release() }
    }

    private struct Memory: Remembered, Equatable { var count = 1 }

    @Test(arguments: [(2018, true), (2017, false)])
    func `counts in the year that is collected, whatever a wrong clock says`(year: Int, isKnown: Bool) throws {
        let bytes = try Memory().encoded()
        var context = try FakeSchool().context(isClockTrusted: false, at: 946_684_800)
        context.year = try Year(2018)
        let last = CollectorMemory(year: try Year(year), bytes: bytes)
        context.memory = { _ in last }
        #expect(try (context.remembered(of: .of("nginx-logs"), as: Memory.self) != nil) == isKnown)
    }
}
