import ArgumentParser
import SchoolDaemon

/// The school's program: parse and wire, nothing else.
@main
struct ClixCollectd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clix-collectd",
        abstract: "Collects what a school's server holds and sends it to the central store.",
        discussion: """
            The first time, as root, with the service running, which collects and uploads by itself:
              clix-collectd enroll --store https://store.example.org:8443
              clix-collectd check
              clix-collectd status

            Exit codes: 0 done, 1 done but something is partial or failed, 64 wrong usage, 65 damaged data, \
            69 a needed service is not there, 74 I/O error, 75 not now (offline, busy, disk full), \
            77 refused by the store, 78 configuration wrong.
            """,
        version: Release.version,
        subcommands: [
            RunCommand.self, CheckCommand.self, EnrollCommand.self, CollectCommand.self, RunScriptCommand.self,
            UploadCommand.self,
            SourcesCommand.self, StatusCommand.self,
        ])

    static func main() {
        Memory.returnWhatIsFreed()
        main(nil)
    }
}
