import Glibc
import LevelTree

/// Why a source, a folder or a single file, could not be begun with.
public struct SourceProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// Nothing is there.
        case absent
        /// The configured root is a symlink that leads nowhere, as when a disk is not mounted.
        case brokenRoot
        /// A symlink below the root.
        case link
        /// It is of another kind than was expected: what it is, as a noun.
        case misplaced(String)
        /// `errno`
        case unreadable(Int32)
    }

    public let kind: Kind
    /// A whole sentence without the full stop: what is wrong at which place, and what to do.
    public let message: String

    /// Whether there is nothing at all, as when a disk is not mounted.
    public var isMissing: Bool { kind == .absent || kind == .brokenRoot }

    public var description: String { message }

    /// - Parameter path: where the way ended: the place itself, or a folder above it.
    init(_ kind: Kind, _ path: [UInt8], _ expected: SourcePlace.Expected = .folder) {
        self.kind = kind
        let name = escapedText(path)
        let noun = expected == .folder ? "folder" : "file"
        message =
            switch kind {
            case .absent: "the source \(name) is not there"
            case .brokenRoot:
                "\(name) is a symbolic link that leads nowhere; mount the disk that it names, or set the real path under "
                    + "[source]"
            case .link:
                "\(name) is a symbolic link, which is not followed below what is set under [source]; put what it names in "
                    + "its place (mount --bind)"
            case .misplaced(let found):
                "\(name) is \(found), where a \(noun) was expected; put the \(noun) in its place"
            case .unreadable(let number): "the source \(name) cannot be read: \(String(cString: strerror(number)))"
            }
    }

    init(_ number: Int32, _ path: [UInt8]) {
        self.init(number == ENOENT ? .absent : .unreadable(number), path)
    }
}

/// Why one file or folder was missed, as a clause that reads on after its path.
func missedReason(_ number: Int32) -> String {
    switch number {
    case ENOENT: "vanished while it was being collected"
    case ELOOP, ENXIO: "became something other than a plain file while it was being collected"
    default: "cannot be read: \(String(cString: strerror(number)))"
    }
}
