/// How a generation came out.
public enum Outcome: String, Sendable, Codable, CaseIterable {
    /// Everything that was at the source is in it.
    case complete
    /// What is missing, and why, is listed beside it.
    case partial
    /// Nothing was made; the last good generation stays in force.
    case failed
}

/// One thing that a partial generation lacks, or that was left out on purpose, and why.
public struct Shortfall: Hashable, Sendable, Codable {
    /// The path inside the dataset as text for people; see `escapedText`. Empty where the whole dataset is meant.
    public let path: String
    /// A short clause that reads on after the path: "cannot be read: permission denied".
    public let reason: String

    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// What a slice of a very large generation lacks: it is still on its way.
    /// - Parameter bytes: of these files, also where some of them are at the store.
    public static func notSentYet(files: UInt64, bytes: UInt64) -> Shortfall {
        Shortfall(path: "", reason: "\(notSentYet): \(files) of its files, of \(bytes) bytes together")
    }

    /// Whether it tells of a slice.
    public var isNotSentYet: Bool { path.isEmpty && reason.hasPrefix(Shortfall.notSentYet) }

    private static let notSentYet = "not sent yet"
}
