/// Why there was no whole answer to a request.
public struct TransferFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// No way to the store: no name, no route, nobody listens. The ordinary state of a school.
        case unreachable
        /// The link broke while the request or its answer was on the way.
        case cut
        /// No byte moved for the session's patience.
        case stalled
        /// Whoever answers cannot prove to be the store whose CA is pinned.
        case untrusted
        /// The answer is larger than any honest one.
        case oversized
        /// The caller asked to stop.
        case cancelled
        /// The request cannot be made at all: a malformed address, no memory.
        case unusable
    }

    public let kind: Kind
    /// A whole sentence without the full stop.
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}
