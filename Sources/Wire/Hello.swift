import Content

/// `GET /v1/hello`: what a school must know before it sends anything. One small request is all that "nothing new" costs.
public struct Hello: Codable, Hashable, Sendable {
    /// The store's time, seconds since 1970.
    public var time: Int64
    public var limits: WireLimits
    /// `ChunkProfile.version` of the store.
    public var chunkProfile: Int
    /// Whether any chunk is common; only then is `chunks/missing` worth a request.
    public var common: Bool
    public var heads: [Head]
    /// The highest sequence that the store ever committed for this installation; 0 for none. One above the school's own
    /// counter means that the school's state was restored from an image, or cloned.
    public var highestSequence: UInt64
    /// Seconds to wait before sending anything.
    public var wait: Int?

    enum CodingKeys: String, CodingKey {
        case time, limits
        case chunkProfile = "chunk_profile"
        case common, heads
        case highestSequence = "highest_sequence"
        case wait
    }

    public init(
        time: Int64, limits: WireLimits, chunkProfile: Int, common: Bool, heads: [Head], highestSequence: UInt64,
        wait: Int? = nil
    ) {
        self.time = time
        self.limits = limits
        self.chunkProfile = chunkProfile
        self.common = common
        self.heads = heads
        self.highestSequence = highestSequence
        self.wait = wait
    }
}

/// What a store takes at most, in bytes where not said otherwise.
public struct WireLimits: Codable, Hashable, Sendable {
    public var maxFrameBody: Int
    public var maxFrameContent: Int
    /// How many ids or prefixes one request may ask about.
    public var maxRequestIDs: Int
    /// Waiting room of one school: chunks and parts of frames that belong to no snapshot yet.
    public var pendingBytes: Int64

    enum CodingKeys: String, CodingKey {
        case maxFrameBody = "max_frame_body"
        case maxFrameContent = "max_frame_content"
        case maxRequestIDs = "max_request_ids"
        case pendingBytes = "pending_bytes"
    }

    public init(maxFrameBody: Int, maxFrameContent: Int, maxRequestIDs: Int, pendingBytes: Int64) {
        self.maxFrameBody = maxFrameBody
        self.maxFrameContent = maxFrameContent
        self.maxRequestIDs = maxRequestIDs
        self.pendingBytes = pendingBytes
    }

    public static let standard = WireLimits(
        maxFrameBody: FrameLimits.wire.maxBody, maxFrameContent: FrameLimits.wire.maxContent, maxRequestIDs: 1 << 17,
        pendingBytes: 64 << 30)
}
