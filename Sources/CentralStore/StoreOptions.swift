import Content
import Crypto
import Glibc
import Wire

/// What a store is opened with besides its directory.
public struct StoreOptions: Sendable {
    /// Signs receipts.
    public var receiptKey: Curve25519.Signing.PrivateKey
    /// The public X25519 key that bundles are sealed to, 32 bytes.
    public var sealingKey: [UInt8]
    /// SHA-256 of the CA's SubjectPublicKeyInfo; part of every enrolment code.
    public var authority: ChunkID
    public var limits: StoreLimits
    /// The store's time in milliseconds since 1970.
    public var clock: @Sendable () -> Int64

    public init(
        receiptKey: Curve25519.Signing.PrivateKey, sealingKey: [UInt8], authority: ChunkID,
        limits: StoreLimits = StoreLimits(), clock: @escaping @Sendable () -> Int64 = StoreOptions.systemClock
    ) {
        self.receiptKey = receiptKey
        self.sealingKey = sealingKey
        self.authority = authority
        self.limits = limits
        self.clock = clock
    }

    /// The machine's wall clock.
    public static let systemClock: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// The bounds that keep one school, or one mistake, from taking the store down (rule 13).
public struct StoreLimits: Sendable {
    public var frame = FrameLimits.wire
    /// Frames decoded at once; more wait.
    public var decodedAtOnce = 4
    /// Frames that may wait for that; the next is told to come again.
    public var waitingToDecode = 64
    /// Blocks that are read for the base of one frame, each of up to 2 MiB. A school's base has about 1 MiB: it lies in so
    /// many only where it is of tiny files that came on as many days.
    public var baseBlocks = 512
    /// Ids or prefixes in one question.
    public var requestIDs = WireLimits.standard.maxRequestIDs
    /// Partial frames kept for one installation; the oldest goes first.
    public var partialFrames = 8
    /// Bytes that a school may bring before they belong to a snapshot.
    public var pendingBytes: UInt64 = 64 << 30
    /// Chunks of one manifest, and bytes that one of its entries may take.
    public var manifestChunks = CommitRequest.maximumManifestChunks
    public var manifestEntryBytes = 32 << 20
    /// Ids listed in one `missing-chunks`.
    public var listedMissing = Problem.maximumChunks
    public var shortfalls = CommitRequest.maximumShortfalls
    /// Bytes of one report.
    public var reportBytes = 64 << 10
    /// A pack is sealed once it is this long.
    public var packBytes: UInt64 = 64 << 20
    /// How long an answer to an enrolment may be asked for again, and how long a code can be used: milliseconds.
    public var enrolmentRepeat: Int64 = 24 * 3600 * 1000
    public var codeLifetime: Int64 = 90 * 24 * 3600 * 1000
    /// A school that was not heard from for so long is quiet: milliseconds.
    public var quietAfter: Int64 = 30 * 24 * 3600 * 1000

    public init() {}
}
