/// What kind of problem it is: the stable part of `Problem`, by which programs decide.
///
/// A kind that an older program does not know stays what it is, so `slug` is open.
public struct ProblemType: Hashable, Sendable {
    public let slug: String
    public let status: Int
    public let title: String

    private static let base = "https://clix-collect.org/problems/"

    private init(_ slug: String, _ status: Int, _ title: String) {
        self.slug = slug
        self.status = status
        self.title = title
    }

    public static let unauthorized = ProblemType("unauthorized", 401, "Not enrolled")
    public static let revoked = ProblemType("revoked", 401, "Revoked")
    public static let codeUnknown = ProblemType("code-unknown", 403, "Unknown enrolment code")
    public static let codeUsed = ProblemType("code-used", 403, "Used enrolment code")
    public static let codeWithdrawn = ProblemType("code-withdrawn", 403, "Withdrawn enrolment code")
    public static let codeExpired = ProblemType("code-expired", 403, "Expired enrolment code")
    public static let wrongServerID = ProblemType("wrong-server-id", 403, "Another server id")
    public static let unconfiguredServer = ProblemType("unconfigured-server", 403, "Server without an identity")
    public static let notFound = ProblemType("not-found", 404, "Not found")
    public static let offsetMismatch = ProblemType("offset-mismatch", 409, "Another offset")
    public static let missingChunks = ProblemType("missing-chunks", 409, "Missing chunks")
    public static let baseGone = ProblemType("base-gone", 409, "Base not usable")
    public static let forked = ProblemType("forked", 409, "Forked history")
    public static let wrongParent = ProblemType("wrong-parent", 409, "Another parent")
    public static let staleSequence = ProblemType("stale-sequence", 409, "Stale sequence")
    public static let tooLarge = ProblemType("too-large", 413, "Too large")
    public static let malformed = ProblemType("malformed", 400, "Malformed request")
    public static let frameMismatch = ProblemType("frame-mismatch", 422, "Frame does not match its name")
    public static let frameMalformed = ProblemType("frame-malformed", 422, "Malformed frame")
    public static let contentTooLarge = ProblemType("content-too-large", 422, "Content too large")
    public static let manifestInvalid = ProblemType("manifest-invalid", 422, "Invalid manifest")
    public static let overBudget = ProblemType("over-budget", 507, "Waiting room full")
    public static let storeFull = ProblemType("store-full", 507, "Store full")
    public static let busy = ProblemType("busy", 503, "Busy")
    public static let timeout = ProblemType("timeout", 408, "Too slow")
    public static let `internal` = ProblemType("internal", 500, "Internal error")

    private static let known: [ProblemType] = [
        unauthorized, revoked, codeUnknown, codeUsed, codeWithdrawn, codeExpired, wrongServerID, unconfiguredServer,
        notFound, offsetMismatch, missingChunks, baseGone, forked, wrongParent, staleSequence, tooLarge, malformed,
        frameMismatch, frameMalformed, contentTooLarge, manifestInvalid, overBudget, storeFull, busy, timeout,
        `internal`,
    ]

    public static func == (left: ProblemType, right: ProblemType) -> Bool { left.slug == right.slug }
    public func hash(into hasher: inout Hasher) { hasher.combine(slug) }
}

extension ProblemType: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        let slug = text.hasPrefix(ProblemType.base) ? String(text.dropFirst(ProblemType.base.count)) : text
        self = ProblemType.known.first { $0.slug == slug } ?? ProblemType(slug, 0, slug)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(ProblemType.base + slug)
    }
}
