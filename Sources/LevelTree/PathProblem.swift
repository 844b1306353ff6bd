/// Why bytes are not a safe relative path.
public struct PathProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        case empty, absolute, emptyComponent, dotComponent, containsNUL, tooLong, componentTooLong, slashInComponent
    }

    public let code: Code
    /// The path as text for people, cut to a line.
    public let path: String

    init(_ code: Code, _ bytes: [UInt8]) {
        self.code = code
        self.path = escapedText(bytes.prefix(200)) + (bytes.count > 200 ? "…" : "")
    }

    public var description: String {
        switch code {
        case .empty: "a path is empty"
        case .absolute: "the path \(path) begins at the root; it must lie inside its dataset"
        case .emptyComponent: "the path \(path) has an empty component"
        case .dotComponent: "the path \(path) has a component . or .. and could lead out of its dataset"
        case .containsNUL: "the path \(path) holds a NUL byte"
        case .tooLong: "the path \(path) is longer than \(RelativePath.maximumLength) bytes"
        case .componentTooLong:
            "the path \(path) has a component of more than \(RelativePath.maximumComponentLength) bytes"
        case .slashInComponent: "the name \(path) holds a slash"
        }
    }
}
