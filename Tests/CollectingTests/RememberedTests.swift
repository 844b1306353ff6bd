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
}
