import ArgumentParser
import SchoolDaemon
import Terminal

struct StatusCommand: SchoolCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tells how things stand: what was collected, what the store has received, what waits.",
        discussion: """
            The first line is all of it in short. WAITING is content that the store is not known to have, before \
            compression; next is when the service does what.

            Example: clix-collectd status --json
            """)

    @Flag(help: "For programs: one JSON object, with everything that is missing or was left out.")
    var json = false
    @OptionGroup var common: CommonOptions

    func perform(_ school: School, _ progress: Progress) async throws -> ExitStatus {
        let status = try school.status()
        try StandardOutput.write(json ? status.json + "\n" : status.text)
        return .ok
    }
}
