import LevelTree

/// The regular files of a folder inside the container, as `find` tells them, and what else is there.
struct ContainerListing: Sendable {
    struct File: Hashable, Sendable {
        let path: RelativePath
        let size: Int64
        let modified: FileTime
        /// Permission bits.
        let mode: UInt16
    }

    private(set) var files: [File] = []
    /// Symlinks and special files, which are left out as on the host.
    private(set) var skipped: [(path: RelativePath, reason: String)] = []
    /// How many names no path of ours can have: too long, or too deep.
    private(set) var unusableNames = 0

    /// What is not `find`'s output about a folder: the folder itself comes first in it.
    struct Fault: Error {}

    /// GNU find, in every image of the platform. Nothing but NUL ends a name.
    /// - Parameter only: the one name that is looked for, without the folders; nil for all below the folder.
    static func command(_ folder: String, only: String?) -> [String] {
        let below = only == nil ? [] : ["-maxdepth", "1"]
        let named = only.map { ["(", "-type", "d", "-o", "-name", $0, ")"] } ?? []
        return ["find", folder, "-ignore_readdir_race"] + below + named + ["-printf", "%y %s %T@ %m %P\\0"]
    }

    init(_ output: [UInt8]) throws(Fault) {
        let records = output.split(separator: 0)
        guard let first = records.first, first.first == UInt8(ascii: "d"), first.last == UInt8(ascii: " ") else {
            throw Fault()
        }
        for record in records.dropFirst() where record.first != UInt8(ascii: "d") {
            let words = record.split(separator: UInt8(ascii: " "), maxSplits: 4, omittingEmptySubsequences: false)
            guard words.count == 5, let size = Int64(Self.text(words[1])), size >= 0,
                let modified = Self.time(words[2]), let mode = UInt16(Self.text(words[3]), radix: 8)
            else { throw Fault() }
            guard let path = try? RelativePath(words[4]) else {
                unusableNames += 1
                continue
            }
            if let reason = Self.reason(words[0]) {
                skipped.append((path, reason))
            } else {
                files.append(File(path: path, size: size, modified: modified, mode: mode & 0o777))
            }
        }
    }

    /// Why something of this type, in find's letters, is left out; nil for a file.
    private static func reason(_ type: ArraySlice<UInt8>) -> String? {
        switch text(type) {
        case "f": nil
        case "l": "is a symlink; symlinks are not followed"
        default: "is neither file nor folder"
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Seconds with ten decimals.
    private static func time(_ bytes: ArraySlice<UInt8>) -> FileTime? {
        let parts = text(bytes).split(separator: ".", maxSplits: 1)
        guard let first = parts.first, let seconds = Int64(first) else { return nil }
        let decimals = parts.count == 2 ? String(parts[1].prefix(9)) : "0"
        let padded = decimals + String(repeating: "0", count: 9 - decimals.utf8.count)
        return Int32(padded).map { FileTime(seconds: seconds, nanoseconds: $0) }
    }
}
