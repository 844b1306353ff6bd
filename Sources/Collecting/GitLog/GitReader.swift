import LevelTree

/// Runs git's reading commands on repositories that may be anybody's.
struct GitReader: Sendable {
    let programs: any ProgramRunner
    let masking: Masking
    /// Where private folders are made.
    let scratch: String
    /// The most that is kept of one command's output, and of all of a tree's, in bytes. A real one has 10 KB.
    var limit = 4 << 20
    /// A school's disk is slow, and `git status` looks at every file.
    var deadline: Duration = .seconds(300)

    /// What one command printed, masked; or why it could not.
    struct Answer: Sendable {
        var text: [UInt8]
        var isCut = false
        var problem: String?
    }

    /// The four commands of the standard, by the names they have in the log.
    static let commands: [(title: String, arguments: [String])] = [
        ("git branch", ["branch"]),
        ("git log - latest 5 commits", ["log", "-n", "5", "--no-show-signature"]),
        ("git status", ["status", "--ignore-submodules=dirty"]),
        ("git diff", ["diff", "--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty"]),
    ]

    /// Runs all of them on one working tree.
    /// - Throws: `CollectingProblem` if it is no repository, or cannot be read at all.
    func answers(of tree: String, within boundary: String) async throws(CollectingProblem) -> [Answer] {
        let git = try GitFolder(of: tree, within: boundary)
        let view = try await GitView(of: git, scratch: scratch, list: list)
        defer { view.folder.remove() }
        var answers: [Answer] = []
        var room = limit
        for (_, arguments) in GitReader.commands {
            let answer = await answer(arguments, tree: tree, view: view, limit: room)
            room = max(0, room - answer.text.count)
            answers.append(answer)
        }
        return answers
    }

    private func list(configuration: String) async throws(ProgramProblem) -> [UInt8] {
        try await programs.run(
            program(
                ["config", "--file", configuration, "--no-includes", "--list", "--null"], extra: [:], limit: 4 << 20)
        ).output
    }

    private func answer(_ arguments: [String], tree: String, view: GitView, limit: Int) async -> Answer {
        // With both given, git asks neither who owns the tree nor where its configuration puts it.
        let places = ["GIT_DIR": view.folder.path, "GIT_WORK_TREE": tree]
        do {
            let result = try await programs.run(program(["-C", tree] + arguments, extra: places, limit: limit))
            // Warnings stand where a person would see them, too: "could not open directory …: Permission denied".
            return Answer(text: masking.apply(to: result.output + result.errorText), isCut: result.isCut)
        } catch {
            return Answer(text: masking.apply(to: error.errorText), problem: masking.apply(to: error.message))
        }
    }

    private func program(_ arguments: [String], extra: [String: String], limit: Int) -> Program {
        Program(
            "git", (GitReader.safeguards + arguments).map { Array($0.utf8) },
            environment: GitReader.environment.merging(extra) { $1 }, output: .memory(limit: limit), overflow: .cut,
            deadline: deadline)
    }

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
