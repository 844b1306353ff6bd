import ArgumentParser
import Collecting
import SchoolDaemon
import Terminal

struct CollectCommand: SchoolCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Collects once, now.",
        discussion: """
            Brings the present state of every dataset, or of those named, into the staging directory, where \
            <staging>/tree shows it. Nothing is sent. A dataset that fails does not stop the others.

            Example: clix-collectd collect heartbeat gstudio_tools_logs
            """)

    @OptionGroup var chosen: DatasetArguments
    @OptionGroup var common: CommonOptions

    func perform(_ school: School, _ progress: Progress) async throws -> ExitStatus {
        let school = try school.toCollect()
        let identity = try school.identity()
        let staging = try school.openStaging(identity)
        let story = CollectionStory(progress, isNamed: chosen.datasets != nil)
        let report = try await school.collect(chosen.datasets, as: identity, into: staging) { story.tell($0) }
        story.close(report)
        return report.exitStatus
    }
}
