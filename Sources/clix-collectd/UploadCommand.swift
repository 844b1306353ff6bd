import ArgumentParser
import SchoolDaemon
import Terminal
import Uploading

struct UploadCommand: RequestingCommand {
    static let configuration = CommandConfiguration(
        commandName: "upload",
        abstract: "Sends what is staged and not yet received by the store.",
        discussion: """
            Goes on where an earlier upload stopped; only content that the store lacks is sent. It may be interrupted at \
            any time. While the service runs, it does the work, under the configuration that it has read.

            Example: clix-collectd upload
            """)

    @OptionGroup var chosen: DatasetArguments
    @OptionGroup var common: CommonOptions

    func request(_ school: School) -> SchoolRequest { .upload(chosen.datasets) }
}
