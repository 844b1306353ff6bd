/// Why one of the platform's scripts made nothing: a sentence, and the last that the script itself said.
public struct ScriptProblem: Error, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// The container, or the engine, is not to be had.
        case unavailable
        /// The same is being done already.
        case busy
        /// The script was run, and failed, was ended, or is not there.
        case failed
        /// We were asked to stop.
        case cancelled
    }

    public let code: Code
    public let message: String
    /// Masked, escaped for people, the oldest first.
    public let lastLines: [String]

    public init(_ code: Code, _ message: String, lastLines: [String] = []) {
        self.code = code
        self.message = message
        self.lastLines = lastLines
    }

    public var description: String { ([message] + lastLines).joined(separator: "\n") }
}
