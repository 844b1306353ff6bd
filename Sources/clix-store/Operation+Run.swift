import LevelTree
import StoreServer
import Terminal

/// Has an operation done, by the running service or here, and says what came of it: a code alone on standard output,
/// anything else on standard error.
func perform(
    _ operation: StoreOperation, on directory: DataDirectory, verbosity: Verbosity = .normal
) throws {
    let progress = Progress.onStandardError(verbosity)
    let show = ProgressOfOperation(progress)
    let note = { (sentence: String) in StandardError.write("clix-store: \(TerminalText.escaped(sentence))\n") }
    let result = try StoreCommand(directory).perform(operation, onNote: note, onProgress: show.update)
    progress.end()
    switch result {
    case .code(let code): StandardOutput.write(code + "\n")
    case .done(let sentence): if verbosity > .quiet { StandardError.write(TerminalText.escapedLines(sentence) + "\n") }
    }
}

/// The server id in `mz150` or `2039150-mz150`. Throws `IdentityProblem`.
///
/// The code in front is not compared: it changes now and then, and an id names one school.
func serverID(_ text: String) throws -> ServerID {
    try ServerID(String(text[(text.lastIndex(of: "-").map { text.index(after: $0) } ?? text.startIndex)...]))
}
