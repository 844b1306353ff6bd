import Content

/// An error as it travels: problem details (RFC 9457).
public struct Problem: Error, Codable, Hashable, Sendable {
    /// How many chunk ids one answer names at most; the school sends those and asks again.
    public static let maximumChunks = 8192

    public var type: ProblemType
    public var title: String
    public var status: Int
    /// A sentence that a field engineer understands.
    public var detail: String
    /// Seconds, where waiting helps.
    public var retryAfter: Int?
    /// With `missing-chunks`: which.
    public var chunks: [ChunkID]?

    enum CodingKeys: String, CodingKey {
        case type, title, status, detail
        case retryAfter = "retry_after"
        case chunks
    }

    public init(_ type: ProblemType, _ detail: String, retryAfter: Int? = nil, chunks: [ChunkID]? = nil) {
        self.type = type
        self.title = type.title
        self.status = type.status
        self.detail = detail
        self.retryAfter = retryAfter
        self.chunks = chunks
    }
}

extension Problem: CustomStringConvertible {
    public var description: String { detail }
}
