import Content
import Wire

/// Why the store did not do what it was asked. The sentence is for the person who reads the answer or the journal.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure; more may be added, so a `switch` needs a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String
        /// What a school is told.
        public let problem: ProblemType
        /// Whether the same request fails again however long one waits.
        public let isPermanent: Bool

        public init(_ description: String, _ problem: ProblemType, isPermanent: Bool) {
            self.description = description
            self.problem = problem
            self.isPermanent = isPermanent
        }
    }

    public let code: Code
    /// What failed, on what, why, and what to do, without the full stop.
    public let message: String
    /// The chunks that are missing, for `missingChunks`.
    public let chunks: [ChunkID]
    /// When to ask again, where waiting helps.
    public let retryAfterSeconds: Int?
    /// How much of the frame the store has, for `offsetMismatch`.
    public let offset: UInt64?

    public init(
        _ code: Code, _ message: String, chunks: [ChunkID] = [], retryAfterSeconds: Int? = nil, offset: UInt64? = nil
    ) {
        self.code = code
        self.message = message
        self.chunks = chunks
        self.retryAfterSeconds = retryAfterSeconds
        self.offset = offset
    }

    public var isPermanent: Bool { code.isPermanent }
    public var description: String { message }
}

extension StoreError.Code {
    // Who is asking.
    public static let unauthorized = Self("unauthorized", .unauthorized, isPermanent: true)
    public static let revoked = Self("revoked", .revoked, isPermanent: true)
    public static let codeUnknown = Self("code-unknown", .codeUnknown, isPermanent: true)
    public static let codeUsed = Self("code-used", .codeUsed, isPermanent: true)
    public static let codeWithdrawn = Self("code-withdrawn", .codeWithdrawn, isPermanent: true)
    public static let codeExpired = Self("code-expired", .codeExpired, isPermanent: true)
    public static let wrongServerID = Self("wrong-server-id", .wrongServerID, isPermanent: true)
    public static let unconfiguredServer = Self("unconfigured-server", .unconfiguredServer, isPermanent: true)

    // Frames.
    public static let frameMismatch = Self("frame-mismatch", .frameMismatch, isPermanent: true)
    public static let frameMalformed = Self("frame-malformed", .frameMalformed, isPermanent: true)
    public static let contentTooLarge = Self("content-too-large", .contentTooLarge, isPermanent: true)
    public static let tooLarge = Self("too-large", .tooLarge, isPermanent: true)
    public static let offsetMismatch = Self("offset-mismatch", .offsetMismatch, isPermanent: false)
    public static let baseGone = Self("base-gone", .baseGone, isPermanent: true)
    /// Another connection of the same installation has taken the frame over.
    public static let superseded = Self("superseded", .busy, isPermanent: false)
    /// The school has brought more than it may before a commit.
    public static let overBudget = Self("over-budget", .overBudget, isPermanent: false)

    // Commits.
    public static let missingChunks = Self("missing-chunks", .missingChunks, isPermanent: true)
    /// The request breaks a rule that its own form tells.
    public static let malformed = Self("malformed", .malformed, isPermanent: true)
    public static let manifestInvalid = Self("manifest-invalid", .manifestInvalid, isPermanent: true)
    public static let forked = Self("forked", .forked, isPermanent: true)
    public static let wrongParent = Self("wrong-parent", .wrongParent, isPermanent: true)
    public static let staleSequence = Self("stale-sequence", .staleSequence, isPermanent: true)

    // The store itself.
    public static let storeFull = Self("store-full", .storeFull, isPermanent: false)
    public static let busy = Self("busy", .busy, isPermanent: false)
    public static let notFound = Self("not-found", .notFound, isPermanent: true)
    /// A command names something that is there already.
    public static let exists = Self("exists", .internal, isPermanent: true)
    /// A command's argument cannot be used.
    public static let unusable = Self("unusable", .internal, isPermanent: true)
    /// Bytes that the store has kept are no longer what they were.
    public static let damaged = Self("damaged", .internal, isPermanent: true)
    /// A store without the index of its packs.
    public static let noCatalog = Self("no-catalog", .internal, isPermanent: true)
    public static let unknownChunk = Self("unknown-chunk", .internal, isPermanent: true)
    /// An fsync of the catalog failed, which is final: nothing is written to it any more.
    public static let notDurable = Self("not-durable", .internal, isPermanent: false)
    /// Reading or writing failed, for another reason than a full disk.
    public static let storage = Self("storage", .internal, isPermanent: false)
}
