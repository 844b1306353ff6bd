/// Why bytes are not what they should be: an id, a manifest or a frame.
///
/// Every one is permanent: the same bytes fail again.
public struct ContentProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        case malformedID
        case malformedManifest, unsortedManifest, wrongChunkLengths
        case malformedFrame, tooLarge, contentMismatch, compressor
    }

    public let code: Code
    /// A whole sentence without the full stop.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
