/// One run of a program: what to start, what to keep of its output, how long it may take and what counts as success.
public struct Program: Sendable {
    /// Where standard output goes. Standard error is always kept for the message, and never mixed with it.
    public enum Output: Sendable {
        /// Kept in memory, at most `limit` bytes.
        case memory(limit: Int)
        /// Written to an open file, at most `limit` bytes. The descriptor stays the caller's. `room` is asked now and then,
        /// with the bytes that were written so far, how many more may be; nil: as many as the disk takes.
        case file(descriptor: Int32, limit: Int64, room: (@Sendable (Int64) -> UInt64)? = nil)
    }

    /// What is done with a program that writes more than its limit. It is ended either way.
    public enum Overflow: Sendable {
        /// The run has failed.
        case fail
        /// What was written up to the limit is the result, which says `isCut`.
        case cut
    }

    /// How a program ended by itself.
    public enum Ending: Hashable, Sendable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// A name that is looked up in `searchPath`, or an absolute path.
    public var executable: String
    /// Raw bytes, because a path is often among them. No NUL.
    public var arguments: [[UInt8]]
    /// The whole environment. Nothing is inherited: what a person exported before starting us must not change a result.
    public var environment: [String: String]
    public var output: Output
    public var overflow: Overflow
    /// After this, the program is asked to end (SIGTERM to its process group), and `grace` later it is killed.
    public var deadline: Duration
    public var grace: Duration
    /// Whether an ending is a success; by default exit status 0.
    public var succeeds: @Sendable (Ending) -> Bool

    public init(
        _ executable: String, _ arguments: [[UInt8]], environment: [String: String] = [:],
        output: Output = .memory(limit: 1 << 20), overflow: Overflow = .fail, deadline: Duration = .seconds(60),
        grace: Duration = .seconds(5), succeeds: @escaping @Sendable (Ending) -> Bool = { $0 == .exited(0) }
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.output = output
        self.overflow = overflow
        self.deadline = deadline
        self.grace = grace
        self.succeeds = succeeds
    }

    /// With arguments that are text.
    public init(_ executable: String, _ arguments: String..., environment: [String: String] = [:]) {
        self.init(executable, arguments.map { Array($0.utf8) }, environment: environment)
    }

    /// Where programs are looked for. Fixed, so that nothing in the environment can put another program in their place.
    public static let searchPath = "/usr/sbin:/usr/bin:/sbin:/bin"
}

/// What a program that succeeded has left.
public struct ProgramResult: Sendable {
    public let ending: Program.Ending
    /// Empty when the output went to a file.
    public let output: [UInt8]
    /// The first 16 KiB of standard error.
    public let errorText: [UInt8]
    /// Whether the output was longer than its limit (`Overflow.cut`).
    public let isCut: Bool

    public init(ending: Program.Ending, output: [UInt8], errorText: [UInt8] = [], isCut: Bool = false) {
        self.ending = ending
        self.output = output
        self.errorText = errorText
        self.isCut = isCut
    }
}

/// Runs programs. One implementation starts real ones (`SubprocessRunner`); tests may answer in their place.
public protocol ProgramRunner: Sendable {
    /// Runs to the end, or to the deadline; a process that was started is gone when this returns.
    /// - Throws: `ProgramProblem`: not found, not started, too slow, too much output, no success, cancelled.
    func run(_ program: Program) async throws(ProgramProblem) -> ProgramResult
}
