import Glibc
import LevelTree

/// Shell patterns that name what one dataset leaves out: `exclude = ["*.error.log", "old/*.gz"]`.
///
/// A pattern without a slash is held against the name of the file and of every folder above it; one with a slash
/// against the whole path inside the dataset and every folder on it. So what lies in an excluded folder is excluded.
/// `*` and `?` do not match a slash. Names are compared as bytes; nothing is decoded.
public struct ExcludePatterns: Sendable, Hashable {
    /// As they were written.
    public let patterns: [String]
    private let plain: [[CChar]]
    private let rooted: [[CChar]]

    public init(_ patterns: [String] = []) {
        self.patterns = patterns
        plain = patterns.filter { !$0.contains("/") }.map { Array($0.utf8CString) }
        rooted = patterns.filter { $0.contains("/") }.map { pattern in
            // A leading slash only says that the pattern starts at the dataset's folder, as every one with a slash does.
            Array(String(pattern.drop { $0 == "/" }).utf8CString)
        }
    }

    public var isEmpty: Bool { patterns.isEmpty }

    /// Whether `path`, inside the dataset, is left out.
    public func matches(_ path: RelativePath) -> Bool {
        guard !isEmpty else { return false }
        var prefix: [CChar] = []
        for component in path.components {
            if !prefix.isEmpty { prefix.append(CChar(bitPattern: UInt8(ascii: "/"))) }
            let name = component.map { CChar(bitPattern: $0) }
            prefix.append(contentsOf: name)
            if Self.isMatched(name, by: plain) || Self.isMatched(prefix, by: rooted) { return true }
        }
        return false
    }

    /// The program never calls `setlocale`, so `fnmatch` works byte by byte.
    private static func isMatched(_ name: [CChar], by patterns: [[CChar]]) -> Bool {
        patterns.contains { pattern in fnmatch(pattern, name + [0], FNM_PATHNAME) == 0 }
    }

    /// Whether a pattern can be used: not empty, and not closed by a backslash that would quote nothing.
    static func isUsable(_ pattern: String) -> Bool {
        !pattern.isEmpty && pattern != "/" && !pattern.hasSuffix("\\") && !pattern.utf8.contains(0)
    }
}
