/// The school's platform container, seen through the docker command.
///
/// Nothing is kept but whether `ionice` is in there, and for some seconds why nothing can be asked, so one value serves a
/// whole pass. Only what a Docker of 2016 knows is used (1.10, on the installations of 2017): `exec -u`, `inspect`, `top`;
/// and never a terminal.
public struct Container: Sendable {
    public let name: String
    let command: [String]
    let programs: any ProgramRunner
    let priority = PriorityProbe()
    let outage: Outage

    /// - Parameters:
    ///   - name: the container's name or id.
    ///   - command: how the docker command is called: `["docker"]`, or more words (`docker` under `[source]`). The first
    ///     is a name in `Program.searchPath` or an absolute path.
    ///   - outageLasts: where the engine said that nothing can be asked, how long it is not asked again.
    public init(
        name: String, command: [String], programs: any ProgramRunner, outageLasts: Duration = .zero
    ) {
        precondition(!command.isEmpty, "the docker command has at least one word")
        outage = Outage(lasting: outageLasts)
        self.name = name
        self.command = command
        self.programs = programs
    }

    /// One call of the docker command. It ends by its deadline, whatever the engine does; what it has started in the
    /// container does not end with it.
    func docker(
        _ arguments: [[UInt8]], output: Program.Output, deadline: Duration
    ) async throws(ProgramProblem) -> ProgramResult {
        try await programs.run(
            Program(
                command[0], command.dropFirst().map { Array($0.utf8) } + arguments, environment: Container.environment,
                output: output, deadline: deadline,
                // Which status means what is judged by whoever called.
                succeeds: { _ in true }))
    }

    /// `docker exec [-u USER] NAME …`, without `-t`: that needs a terminal, and mixes the two outputs.
    func exec(as user: String?, _ arguments: [[UInt8]]) -> [[UInt8]] {
        let user = user.map { ["-u", $0] } ?? []
        return (["exec"] + user + [name]).map { Array($0.utf8) } + arguments
    }

    /// A home that is nobody's: what a person has configured for docker must not change what we do. Hints to people
    /// would stand in what we take for a program's error text.
    private static let environment = [
        "PATH": Program.searchPath, "LC_ALL": "C", "HOME": "/nonexistent", "DOCKER_CLI_HINTS": "false",
    ]
}
