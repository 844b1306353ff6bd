import Settings

/// Runs the platform's own scripts in its container, at idle priority and to a deadline that holds in there.
public struct ScriptRun: Sendable {
    private let container: Container
    private let paths: ContainerPaths
    private let masking: Masking

    public init(_ context: CollectionContext) {
        container = context.container
        paths = context.containerPaths
        masking = context.masking()
    }

    /// What people know the script by.
    public func name(of script: DerivedScript, user: PlatformUser?) -> String {
        ScriptCommand(script, user: user, in: paths).name
    }

    /// Runs it to its end.
    ///
    /// - Throws: `ScriptProblem`; `.busy` where the container does the same already, for the platform's cron, for a person,
    ///   or for a run of ours of which only this side was killed: two would write into each other's files.
    public func run(
        _ script: DerivedScript, user: PlatformUser? = nil, timeout: Duration
    ) async throws(ScriptProblem) {
        let command = ScriptCommand(script, user: user, in: paths)
        let failing = ScriptFailure(command, script, in: container.name, timeout: timeout, masking)
        let running: [String]
        let result: ProgramResult
        do throws(ContainerProblem) {
            running = try await container.commandLines()
        } catch {
            throw failing.problem(error)
        }
        if script.marks.contains(where: { mark in running.contains { $0.contains(mark) } }) { throw failing.busy }
        do throws(ContainerProblem) {
            result = try await container.run(ContainerProgram(command.program, deadline: timeout, isHeavy: true))
        } catch {
            throw failing.problem(error)
        }
        if let user, ScriptOutput.missesUser(result.errorText) { throw failing.unknown(user, result.errorText) }
    }
}
