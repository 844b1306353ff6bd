/// A path inside a dataset or inside the LEVEL tree: raw bytes, never text.
///
/// Safe by construction: not empty, not absolute, no empty, `.` or `..` component, no NUL; at most 4096 bytes in all and
/// 255 in a component (`PATH_MAX` and `NAME_MAX` of Linux, limits.h). Newlines and bytes that are not UTF-8 are allowed,
/// because file systems allow them and what a school holds is kept as it is.
///
/// The order is bytewise by component, which is the order of a sorted walk: a folder's content follows the folder's
/// name at once, so `a`, `a/b`, `a,b`, although `,` is less than `/`.
public struct RelativePath: Hashable, Sendable {
    public static let maximumLength = 4096
    public static let maximumComponentLength = 255

    /// The components, joined by `/`.
    public let bytes: [UInt8]

    public init(_ bytes: some Collection<UInt8>) throws(PathProblem) {
        let bytes = Array(bytes)
        try RelativePath.check(bytes)
        self.bytes = bytes
    }

    public init(_ text: String) throws(PathProblem) {
        try self.init(Array(text.utf8))
    }

    /// One component. A `/` in it is refused.
    public init(component: some Collection<UInt8>) throws(PathProblem) {
        let bytes = Array(component)
        if bytes.contains(slash) { throw PathProblem(.slashInComponent, bytes) }
        try self.init(bytes)
    }

    /// A path from its sort key, in which each `/` stands as 0x00.
    public init(sortKey: some Collection<UInt8>) throws(PathProblem) {
        // A real NUL cannot be told from a separator here, and need not be: it becomes one, and the result is checked.
        try self.init(sortKey.map { $0 == 0 ? slash : $0 })
    }

    private init(checked bytes: [UInt8]) {
        self.bytes = bytes
    }

    public func appending(_ other: RelativePath) throws(PathProblem) -> RelativePath {
        let joined = bytes + [slash] + other.bytes
        guard joined.count <= RelativePath.maximumLength else { throw PathProblem(.tooLong, joined) }
        return RelativePath(checked: joined)
    }

    public func appending(component: some Collection<UInt8>) throws(PathProblem) -> RelativePath {
        try appending(RelativePath(component: component))
    }

    public var components: [ArraySlice<UInt8>] { bytes.split(separator: slash, omittingEmptySubsequences: false) }

    public var lastComponent: ArraySlice<UInt8> {
        guard let cut = bytes.lastIndex(of: slash) else { return bytes[...] }
        return bytes[(cut + 1)...]
    }

    /// The folder that holds this, or nil at the top.
    public var parent: RelativePath? {
        bytes.lastIndex(of: slash).map { RelativePath(checked: Array(bytes[..<$0])) }
    }

    /// The bytes with each `/` as 0x00: comparing these with `memcmp` gives the order of paths.
    public var sortKey: [UInt8] { bytes.map { $0 == slash ? 0 : $0 } }

    /// Whether this lies below `folder`, at any depth.
    public func isInside(_ folder: RelativePath) -> Bool {
        bytes.count > folder.bytes.count && bytes[folder.bytes.count] == slash && bytes.starts(with: folder.bytes)
    }

    private static func check(_ bytes: [UInt8]) throws(PathProblem) {
        guard !bytes.isEmpty else { throw PathProblem(.empty, bytes) }
        guard bytes.count <= maximumLength else { throw PathProblem(.tooLong, bytes) }
        guard bytes[0] != slash else { throw PathProblem(.absolute, bytes) }
        var start = 0
        for position in 0...bytes.count where position == bytes.count || bytes[position] == slash {
            try checkComponent(bytes[start..<position], of: bytes)
            start = position + 1
        }
        guard !bytes.contains(0) else { throw PathProblem(.containsNUL, bytes) }
    }

    private static func checkComponent(_ component: ArraySlice<UInt8>, of bytes: [UInt8]) throws(PathProblem) {
        let dot = UInt8(ascii: ".")
        switch component.count {
        case 0: throw PathProblem(.emptyComponent, bytes)
        case 1 where component.first == dot: throw PathProblem(.dotComponent, bytes)
        case 2 where component.allSatisfy { $0 == dot }: throw PathProblem(.dotComponent, bytes)
        case (maximumComponentLength + 1)...: throw PathProblem(.componentTooLong, bytes)
        default: return
        }
    }
}

private let slash = UInt8(ascii: "/")

extension RelativePath: Comparable {
    public static func < (left: RelativePath, right: RelativePath) -> Bool {
        let shared = min(left.bytes.count, right.bytes.count)
        for position in 0..<shared where left.bytes[position] != right.bytes[position] {
            return key(left.bytes[position]) < key(right.bytes[position])
        }
        return left.bytes.count < right.bytes.count
    }

    private static func key(_ byte: UInt8) -> UInt8 { byte == slash ? 0 : byte }
}

extension RelativePath: CustomStringConvertible {
    /// For messages: see `escapedText`.
    public var description: String { escapedText(bytes) }
}
