import LevelTree

/// The text of `git-commit.log`: sections and headings as the field's script has written them (gnowledge/gstudio-docker,
/// scripts/backup.sh), so that one reader understands both. Without the script's `Date` lines: the same repositories give
/// the same text, and a text that did not change makes no snapshot; when it was made, the snapshot says.
struct GitLogText {
    private(set) var bytes: [UInt8] = []
    private(set) var shortfalls: [Shortfall] = []
    /// Whether git said anything at all. Without it the text is not worth the last one's place.
    private(set) var hasContent = false
    /// Whether there is any repository, were it a broken one.
    private(set) var hasRepository = false
    private let file: String

    /// - Parameter file: the name that stands in the list of what is missing.
    init(file: String) { self.file = file }

    mutating func addSection(_ name: String, _ answers: [GitReader.Answer]) {
        hasRepository = true
        hasContent = hasContent || answers.contains { $0.problem == nil && !$0.text.isEmpty }
        add("\n\nDetails of \(name) \n\n")
        for (command, answer) in zip(GitReader.commands, answers) {
            add("\n\(name) : \(command.title) \n\n")
            bytes += answer.text
            if let problem = answer.problem { miss("\(name): \(command.title): \(problem)") }
            if answer.isCut { miss("\(name): \(command.title) printed more than is kept; the rest is left out") }
        }
    }

    /// A section that could not be made at all.
    mutating func addSection(_ name: String, _ problem: CollectingProblem) {
        if problem.code != .absent { hasRepository = true }
        add("\n\nDetails of \(name) \n\n")
        miss("\(name): \(problem.message)")
    }

    private mutating func miss(_ reason: String) {
        add("\n[\(reason)]\n")
        shortfalls.append(Shortfall(path: file, reason: reason))
    }

    private mutating func add(_ text: String) { bytes += text.utf8 }
}
