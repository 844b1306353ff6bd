import Glibc
import LevelTree
import Staging

/// Reads a file that is known to be small: settings, `/proc`, a repository's HEAD.
package enum SmallFile {
    package struct Problem: Error, Sendable, CustomStringConvertible {
        /// 0 where the file was too long, no regular file, or behind a symbolic link.
        let errno: Int32
        let reason: String
        var isAbsent: Bool { errno == ENOENT || errno == ENOTDIR }
        package var description: String { reason }
    }

    /// The whole content. A symbolic link at the end of the path is refused, because sources are not left by a link.
    /// - Throws: `Problem` if it cannot be read, is no regular file, or is longer than `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(Problem) -> [UInt8] {
        try read(Array(path.utf8), limit: limit)
    }

    static func read(_ path: [UInt8], limit: Int) throws(Problem) -> [UInt8] {
        let file = withCPath(path) { open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY) }
        guard file >= 0 else { throw problem(errno) }
        defer { close(file) }
        return try read(descriptor: file, limit: limit)
    }

    /// The same of a source, of which no folder below its root may be a symbolic link either.
    static func read(_ place: SourcePlace, limit: Int) throws(Problem) -> [UInt8] {
        let file: Int32
        do throws(SourceProblem) {
            file = try place.openDescriptor(.file)
        } catch {
            switch error.kind {
            case .absent: throw problem(ENOENT)
            case .unreadable(let number): throw problem(number)
            case .brokenRoot, .link, .misplaced: throw Problem(errno: 0, reason: error.message)
            }
        }
        defer { close(file) }
        return try read(descriptor: file, limit: limit)
    }

    private static func read(descriptor file: Int32, limit: Int) throws(Problem) -> [UInt8] {
        var facts = stat()
        guard fstat(file, &facts) == 0 else { throw problem(errno) }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw Problem(errno: 0, reason: "it is no regular file") }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw problem(errno)
            }
            bytes.append(contentsOf: buffer[..<count])
            if bytes.count > limit { throw Problem(errno: 0, reason: "it is longer than \(limit) bytes") }
        }
    }

    private static func problem(_ number: Int32) -> Problem {
        let reason = number == ELOOP ? "it is a symbolic link" : String(cString: strerror(number)).lowercasedFirst
        return Problem(errno: number, reason: reason)
    }
}

/// Gives raw path bytes to a C function.
func withCPath<Value>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> Value) -> Value {
    (path + [0]).withUnsafeBufferPointer { bytes in
        bytes.withMemoryRebound(to: CChar.self) { chars in
            guard let start = chars.baseAddress else { preconditionFailure("the path ends with a NUL") }
            return body(start)
        }
    }
}

extension String {
    /// "Permission denied" as it stands inside a sentence.
    var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
