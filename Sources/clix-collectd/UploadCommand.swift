import ArgumentParser
import SchoolDaemon
import Terminal
import Uploading

struct UploadCommand: SchoolCommand {
    static let configuration = CommandConfiguration(
        commandName: "upload",
        abstract: "Sends what is staged and not yet received by the store.",
        discussion: """
            Goes on where an earlier upload stopped; only content that the store lacks is sent. It may be interrupted at \
            any time.

            Example: clix-collectd upload
            """)

    @OptionGroup var chosen: DatasetArguments
    @OptionGroup var common: CommonOptions

    func perform(_ school: School, _ progress: Progress) async throws -> ExitStatus {
        let staging = try school.openStaging(try school.identityToSend())
        let story = UploadStory(progress)
        let report = try await school.upload(chosen.datasets, from: staging) { story.tell($0) }
        story.close(report)
        return ExitStatus(rawValue: report.exitStatus) ?? .partial
    }
}
