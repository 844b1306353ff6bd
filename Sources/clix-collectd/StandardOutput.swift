import Glibc
import SchoolDaemon

/// Results go here, and nothing else.
enum StandardOutput {
    /// - Throws: `OutputProblem` when it cannot be written: a full disk must not look like success.
    static func write(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw OutputProblem(number: errno) }
            rest = rest.dropFirst(count)
        }
    }
}

struct OutputProblem: Error, CustomStringConvertible {
    let number: Int32
    var description: String { "the result cannot be written to standard output: \(String(cString: strerror(number)))" }
}
