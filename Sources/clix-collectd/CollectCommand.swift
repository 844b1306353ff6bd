import ArgumentParser
import Collecting
import SchoolDaemon
import Terminal

struct CollectCommand: RequestingCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Collects once, now.",
        discussion: """
            Brings the present state of every dataset, or of those named, into the staging directory, where \
            <staging>/tree shows it. Nothing is sent. A dataset that fails does not stop the others. \
            While the service runs, it does the work, under the configuration that it has read.

            Example: clix-collectd collect heartbeat gstudio_tools_logs
            """)

    @OptionGroup var chosen: DatasetArguments
    @OptionGroup var common: CommonOptions

    func request(_ school: School) -> SchoolRequest { .collect(chosen.datasets) }
}
