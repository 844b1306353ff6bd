import LevelTree

/// Why a program gave no result. The sentence names the program and, where it said something, quotes its last line.
public struct ProgramProblem: Error, Sendable, CustomStringConvertible {
    public struct Code: Hashable, Sendable {
        private let name: String
        /// No such program in the search path.
        public static let notFound = Code(name: "not found")
        /// It is there, but the system would not start it.
        public static let notStarted = Code(name: "not started")
        /// It took longer than its deadline, and was ended.
        public static let deadline = Code(name: "deadline")
        /// It wrote more than its limit, and was ended.
        public static let flooded = Code(name: "flooded")
        /// It ended by itself, and without success.
        public static let failed = Code(name: "failed")
        /// Its output could not be read, or not be written where it was to go.
        public static let outputLost = Code(name: "output lost")
        /// The disk that its output was to go to is full, or there is no more room on it that is ours.
        public static let noRoom = Code(name: "no room")
        /// We were asked to stop.
        public static let cancelled = Code(name: "cancelled")
    }

    public let code: Code
    public let message: String
    /// How the program ended, where it did by itself.
    public let ending: Program.Ending?
    /// The first 16 KiB of what it wrote to standard error.
    public let errorText: [UInt8]

    public init(_ code: Code, _ message: String, ending: Program.Ending? = nil, errorText: [UInt8] = []) {
        self.code = code
        self.message = message
        self.ending = ending
        self.errorText = errorText
    }

    /// Whether trying again soon is useless.
    public var isPermanent: Bool { code == .notFound }

    public var description: String { message }

    static func failed(_ program: Program, _ ending: Program.Ending, errorText: [UInt8]) -> ProgramProblem {
        let how =
            switch ending {
            case .exited(let status): "ended with status \(status)"
            case .signalled(let signal): "was ended by signal \(signal)"
            }
        let said = lastLine(of: errorText).map { ": \($0)" } ?? ""
        return ProgramProblem(.failed, "\(program.executable) \(how)\(said)", ending: ending, errorText: errorText)
    }

    /// The last line that says something, as text for people, at most 300 bytes of it.
    static func lastLine(of text: [UInt8]) -> String? {
        let lines = text.split(separator: UInt8(ascii: "\n"))
        guard let line = lines.last(where: { $0.contains { $0 > 0x20 } }) else { return nil }
        return escapedText(line.prefix(300))
    }
}
