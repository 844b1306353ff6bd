import LevelTree

/// Runs git's reading commands on repositories that may be anybody's.
struct GitReader: Sendable {
    let programs: any ProgramRunner
    let masking: Masking
    /// Where private folders are made.
    let scratch: String
    /// The most that is kept of one command's output, and of all of a tree's, in bytes. A real one has 10 KB.
    var limit = 4 << 20
    /// For all of a tree's commands together. A school's disk is slow, and `git status` looks at every file.
    var deadline: Duration = .seconds(300)

    /// What one command printed, masked; or why it could not.
    struct Answer: Sendable {
        var text: [UInt8]
        var isCut = false
        var problem: String?
    }

    /// The four commands of the standard, by the names they have in the log.
    static let commands: [Command] = [
        Command(title: "git branch", arguments: ["branch"]),
        Command(title: "git log - latest 5 commits", arguments: ["log", "-n", "5", "--no-show-signature"]),
        Command(title: "git status", arguments: ["status", "--ignore-submodules=dirty"]),
        Command(
            title: "git diff", arguments: ["diff", "--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty"],
            prints: .diff),
    ]

    struct Command: Sendable {
        let title: String
        let arguments: [String]
        var prints = Masking.Text.plain
    }

    /// Runs all of them on one working tree.
    /// - Throws: `CollectingProblem` if it is no repository, or cannot be read at all, or if there is no git.
    func answers(of tree: String, within boundary: String) async throws(CollectingProblem) -> [Answer] {
        let git = try GitFolder(of: tree, within: boundary)
        let view = try GitView(of: git, scratch: scratch)
        defer { view.folder.remove() }
        let end = ContinuousClock.now + deadline
        var answers: [Answer] = []
        var room = limit
        for command in GitReader.commands {
            let left = end - .now
            guard left > .zero else {
                answers.append(Answer(text: [], problem: "not run: \(allTheTime)"))
                continue
            }
            let answer = try await answer(to: command, tree: tree, view: view, limit: room, deadline: left)
            room = max(0, room - answer.text.count)
            answers.append(answer)
        }
        return answers
    }

    private func answer(
        to command: Command, tree: String, view: GitView, limit: Int, deadline: Duration
    ) async throws(CollectingProblem) -> Answer {
        // With both given, git asks neither who owns the tree nor where its configuration puts it.
        let places = ["GIT_DIR": view.folder.path, "GIT_WORK_TREE": tree]
        let arguments = GitReader.safeguards + ["-C", tree] + command.arguments
        let program = Program(
            "git", arguments.map { Array($0.utf8) }, environment: GitReader.environment.merging(places) { $1 },
            output: .memory(limit: limit), overflow: .cut, deadline: deadline)
        do {
            let result = try await programs.run(program)
            // A line that was cut may hold the first half of what would have been masked.
            let whole = result.isCut ? (result.output.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1 : result.output.count
            // Warnings stand where a person would see them, too: "could not open directory …: Permission denied".
            return Answer(
                text: masking.apply(to: Array(result.output[..<whole]), as: command.prints)
                    + masking.apply(to: result.errorText),
                isCut: result.isCut)
        } catch  where error.isPermanent {
            throw CollectingProblem(.unusable, error.message)
        } catch  where error.code == .deadline {
            return Answer(text: [], problem: "git was killed: \(allTheTime)")
        } catch {
            return Answer(text: masking.apply(to: error.errorText), problem: masking.apply(to: error.message))
        }
    }

    private var allTheTime: String { "the commands of one tree have \(deadline) in all" }

    /// The private folder has no such setting to begin with; these hold even if git ever read another.
    private static let safeguards = [
        "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false",
        "-c", "color.ui=false", "-c", "log.showSignature=false", "-c", "protocol.allow=never", "-c", "gc.auto=0",
        "-c", "submodule.recurse=false",
    ]

    private static let environment = [
        "PATH": Program.searchPath, "LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "GIT_OPTIONAL_LOCKS": "0",
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_ATTR_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1",
        "GIT_PAGER": "cat",
    ]
}
