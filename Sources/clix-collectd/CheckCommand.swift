import ArgumentParser
import SchoolDaemon
import Terminal

struct CheckCommand: SchoolCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Reads the configuration, tries every source, the staging directory and the store.",
        discussion: """
            One line for each: ok, warning, or what to do. Run it after every change of the configuration.

            Example: clix-collectd check
            """)

    @OptionGroup var common: CommonOptions

    func perform(_ school: School, _ progress: Progress) async throws -> ExitStatus {
        let check = await Check.run(school, configuration: common.config)
        for line in check.lines where line.level != .ok || common.verbosity > .quiet {
            try StandardOutput.write(line.text + "\n")
        }
        return check.exitStatus
    }
}
