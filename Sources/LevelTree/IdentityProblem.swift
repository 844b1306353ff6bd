/// Why something is not an identity of the data-collection standard. The sentence says what to do about it.
public struct IdentityProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        case year, serverID, schoolCode, unconfigured, noState
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
