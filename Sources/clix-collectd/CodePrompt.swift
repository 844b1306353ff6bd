import ArgumentParser
import Glibc
import Terminal

/// The one-time code: from the option, from standard input, or asked for without showing it.
enum CodePrompt {
    static func code(_ option: String?) throws -> String {
        if let option, option != "-" { return option }
        if option == nil, isatty(STDIN_FILENO) == 1 { return try asked() }
        guard let line = readLine(), !line.isEmpty else {
            throw ValidationError("no code came from standard input; give it with --code CODE")
        }
        return line
    }

    private static func asked() throws -> String {
        var shown = termios()
        guard tcgetattr(STDIN_FILENO, &shown) == 0 else { throw ValidationError("give the code with --code CODE") }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown) }
        StandardError.write("Enrolment code (not shown): ")
        defer { StandardError.write("\n") }
        guard let line = readLine(), !line.isEmpty else { throw ValidationError("no code was given") }
        return line
    }
}
