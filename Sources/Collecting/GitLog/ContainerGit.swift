import LevelTree

/// Runs git's reading commands inside the platform's container, with the git that is in there: on the installations of
/// 2017 the code tree is nowhere else. That git may be as old as 1.9 (Ubuntu 14.04).
///
/// What a repository configures could run there, and nothing of it is ever run here; its output is masked like any other.
struct ContainerGit: Sendable {
    let container: Container
    let masking: Masking
    /// The most that is kept of one command's output, in bytes.
    var limit = 4 << 20
    /// For each command.
    var deadline: Duration = .seconds(120)

    /// Runs all commands on one working tree.
    /// - Throws: `CollectingProblem`: `.absent` if there is no such repository, `.unusable` if git cannot be run.
    func answers(of tree: String) async throws(CollectingProblem) -> [GitReader.Answer] {
        var answers: [GitReader.Answer] = []
        for command in GitReader.commands { answers.append(try await answer(to: command, tree)) }
        return answers
    }

    private func answer(
        to command: GitReader.Command, _ tree: String
    ) async throws(CollectingProblem) -> GitReader.Answer {
        // Unknown to git before 2.10; the setting that it undoes is switched off as well.
        let arguments = command.arguments.filter { $0 != "--no-show-signature" }
        let words = ["env"] + environment(tree) + ["git"] + ContainerGit.safeguards + ["-C", tree] + arguments
        let program = ContainerProgram(
            words.map { Array($0.utf8) }, output: .memory(limit: limit), deadline: deadline, isHeavy: true)
        do throws(ContainerProblem) {
            let result = try await container.run(program)
            return GitReader.Answer(
                text: masking.apply(to: result.output, as: command.prints) + masking.apply(to: result.errorText))
        } catch {
            let said = String(decoding: error.errorText, as: UTF8.self).lowercased()
            let isAbsent = ["not a git repository", "cannot change to", "no such file or directory"]
                .contains(where: said.contains)
            switch error.code {
            case .failed where isAbsent:
                throw CollectingProblem(
                    .absent, "\(tree) in the container \(container.name) is not a git repository")
            case .failed, .deadline, .outputLost, .noRoom:
                return GitReader.Answer(
                    text: masking.apply(to: error.errorText), problem: masking.apply(to: error.message))
            default: throw CollectingProblem(.unusable, masking.apply(to: error.message))
            }
        }
    }

    /// The repositories lie one in the other: without a ceiling, a tree that is none would answer for the one around it.
    private func environment(_ tree: String) -> [String] {
        let above = tree.split(separator: "/").dropLast().joined(separator: "/")
        return [
            "GIT_CEILING_DIRECTORIES=/\(above)", "GIT_OPTIONAL_LOCKS=0", "GIT_CONFIG_NOSYSTEM=1",
            "GIT_ATTR_NOSYSTEM=1", "HOME=/nonexistent", "GIT_TERMINAL_PROMPT=0", "GIT_PAGER=cat", "LC_ALL=C.UTF-8",
        ]
    }

    private static let safeguards = [
        "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "color.ui=false", "-c",
        "log.showSignature=false", "-c", "gc.auto=0", "-c", "safe.directory=*",
    ]
}
