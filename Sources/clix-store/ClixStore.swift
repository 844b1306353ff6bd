import ArgumentParser
import StoreServer
import Terminal

@main
struct ClixStore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clix-store",
        abstract:
            "The central store: takes what schools' servers send, keeps it, and lays it out as plain directories.",
        discussion: """
            A first session:
              clix-store init /var/lib/clix-store --host store.example.org
              clix-store serve
              clix-store school add mz150 --code 2039150 --name "Govt. High School"

            Exit codes: 0 done, 1 done in part, 64 wrong usage, 65 damaged data, 69 a service is not there, \
            74 I/O error, 75 not now, run it again, 77 refused, 78 configuration wrong.
            """,
        subcommands: [
            Init.self, Serve.self, School.self, Seed.self, Log.self, CheckoutCommand.self, Verify.self, Rebuild.self,
            Status.self,
        ])
}

/// The data directory, as every command but `init` takes it.
struct DataOption: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The store's data directory.", valueName: "dir"))
    var data = DataDirectory.standardPath

    var directory: DataDirectory { DataDirectory(data) }
}

/// How much is said on standard error.
struct VerbosityOptions: ParsableArguments {
    @Flag(name: .long, help: "Say only what went wrong.")
    var quiet = false

    @Flag(name: .long, help: "Say more.")
    var verbose = false

    var level: Verbosity { Verbosity(quiet: quiet, verbose: verbose) }
}
