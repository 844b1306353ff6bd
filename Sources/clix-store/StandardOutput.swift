import Glibc

/// Results, unbuffered: a reader at the other end of a pipe gets each piece at once.
enum StandardOutput {
    /// Ends the program quietly with 74 where nobody can read: results that are lost are no results.
    static func write(_ text: String) {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(STDOUT_FILENO, $0.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if count < 0 {
                if errno == EINTR { continue }
                exit(74)
            }
            done += count
        }
    }
}
