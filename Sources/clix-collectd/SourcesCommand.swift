import ArgumentParser
import SchoolDaemon
import Terminal

struct SourcesCommand: SchoolCommand {
    static let configuration = CommandConfiguration(
        commandName: "sources",
        abstract: "Lists every dataset: where it is found on this machine, how big it is, what is left out and why.",
        discussion: """
            Reads names and sizes only, also inside the container where that runs; nothing is collected.

            Example: clix-collectd sources
            """)

    @OptionGroup var chosen: DatasetArguments
    @OptionGroup var common: CommonOptions

    func perform(_ school: School, _ progress: Progress) async throws -> ExitStatus {
        progress.begin("looking at the sources")
        let report = try await school.sources(chosen.datasets)
        progress.end()
        try StandardOutput.write(report.text)
        return report.exitStatus
    }
}
