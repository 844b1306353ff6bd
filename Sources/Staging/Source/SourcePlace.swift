import LevelTree

/// Where something lies on the school's disk: a root that an operator configured, and the way below it.
///
/// The root may be a symlink, or be reached through some: that is the operator's choice. Below it none is followed,
/// neither at the end of the way nor in its middle, so that nobody who may write there can lead out of the sources
/// (architecture, rule 7).
public struct SourcePlace: Hashable, Sendable {
    /// Absolute, raw bytes.
    public let root: [UInt8]
    /// Nil for the root itself.
    public let below: RelativePath?

    public init(root: String, below: RelativePath? = nil) {
        self.init(root: Array(root.utf8), below: below)
    }

    init(root: [UInt8], below: RelativePath?) {
        var root = root
        while root.count > 1, root.last == slash { root.removeLast() }
        self.root = root
        self.below = below
    }

    /// A place without a root of its own: the folder that holds it counts as one, so that it may not be a symlink itself.
    /// What is no name in a folder, as `/` is, is its own root.
    public init(_ path: [UInt8]) {
        if let end = path.lastIndex(of: slash), let name = try? RelativePath(component: path[(end + 1)...]) {
            self.init(root: end == 0 ? [slash] : Array(path[..<end]), below: name)
        } else {
            self.init(root: path, below: nil)
        }
    }

    public init(_ path: String) { self.init(Array(path.utf8)) }

    /// A name in the folder that lies here; nil if no folder can hold that name, or it lies too deep.
    public func appending(_ name: [UInt8]) -> SourcePlace? {
        (try? RelativePath(component: name)).flatMap { appending($0) }
    }

    /// A path below the folder that lies here; nil if it lies too deep.
    public func appending(_ path: RelativePath) -> SourcePlace? {
        guard let below else { return SourcePlace(root: root, below: path) }
        return (try? below.appending(path)).map { SourcePlace(root: root, below: $0) }
    }

    /// The absolute path, for messages, and for what is compared with it. Opening it would follow symlinks: see
    /// `openDescriptor`.
    public var path: [UInt8] {
        guard let below else { return root }
        return (root == [slash] ? root : root + [slash]) + below.bytes
    }
}

private let slash = UInt8(ascii: "/")
