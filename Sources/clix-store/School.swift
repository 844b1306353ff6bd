import ArgumentParser

/// Each subcommand is a file of its own: `School+Add.swift` and so on.
struct School: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Schools: add or import them, list them, print a one-time code, change or revoke one.",
        subcommands: [Add.self, Import.self, List.self, Code.self, Set.self, Revoke.self])
}

extension School {
    /// The id of a school's server, where a command means one school.
    static let idHelp: ArgumentHelp = "The server id, like mz150, or code-id, like 2039150-mz150."
}
