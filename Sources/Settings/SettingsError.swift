/// Why a settings file cannot be used: every problem found in it, in the order of the file.
///
/// A wrong configuration is permanent: nothing gets better by trying again (exit code 78).
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of trouble it is; more may come.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The file is not there, or cannot be read.
        public static let unreadable = Code(rawValue: "unreadable")
        /// The text is not TOML.
        public static let syntax = Code(rawValue: "syntax")
        /// It is TOML, but some keys or values are not ours.
        public static let invalid = Code(rawValue: "invalid")
    }

    /// One problem and the place to look at. Lines and columns count from 1, columns in characters.
    public struct Problem: Sendable, Hashable {
        public let location: TextPosition?
        /// What is wrong and what to write instead, without the place.
        public let message: String

        public init(location: TextPosition?, message: String) {
            self.location = location
            self.message = message
        }
    }

    public let code: Code
    /// The file as it was named; empty for text that came from elsewhere.
    public let file: String
    /// Never empty.
    public let problems: [Problem]
    public let isPermanent = true

    public init(code: Code, file: String, problems: [Problem]) {
        self.code = code
        self.file = file
        self.problems = problems
    }

    /// One line for each problem: `collectd.toml:12:3: unknown key "budgit" in [staging]; did you mean "budget"?`
    public var message: String { lines.joined(separator: "\n") }

    /// The lines of `message`.
    public var lines: [String] {
        let name = file.isEmpty ? "settings" : file
        return problems.map { problem in
            guard let location = problem.location else { return "\(name): \(problem.message)" }
            return "\(name):\(location.line):\(location.column): \(problem.message)"
        }
    }

    public var description: String { message }
}

/// A place in a settings file: both count from 1, the column in characters.
public struct TextPosition: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let line: Int
    public let column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public static func < (left: TextPosition, right: TextPosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }

    public var description: String { "line \(line), column \(column)" }
}
