import ArgumentParser
import Terminal

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config = "/etc/clix-collect/collectd.toml"

    @Flag(help: "Say only what went wrong.")
    var quiet = false

    @Flag(help: "Say also what was done in detail.")
    var verbose = false

    var verbosity: Verbosity { Verbosity(quiet: quiet, verbose: verbose) }
}
