/// Why enrolling or uploading did not get further.
///
/// `message` is a sentence for the person who reads the journal: what failed, on what, why, and what to do.
public struct UploadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is. More may come; treat one that is not known as failed.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        // Not now: the next run may do better, and nothing was lost.
        /// No way to the store, or the link broke too often.
        public static let offline = Code(rawValue: "offline")
        /// The store asks to come later.
        public static let busy = Code(rawValue: "busy")
        /// No window for uploads is open now.
        public static let outsideWindows = Code(rawValue: "outside-windows")
        /// This month's uploads have used up what they may.
        public static let monthlyLimit = Code(rawValue: "monthly-limit")
        /// The store has no room.
        public static let storeFull = Code(rawValue: "store-full")
        /// The caller asked to stop.
        public static let stopped = Code(rawValue: "stopped")
        /// Our own staging has no room for one frame.
        public static let stagingFull = Code(rawValue: "staging-full")

        // Refused: a person has to do something, most often ask for a new code and enrol.
        public static let notEnrolled = Code(rawValue: "not-enrolled")
        /// The store does not know the token, or has revoked it.
        public static let revoked = Code(rawValue: "revoked")
        /// The store's history is not the one that this machine continues.
        public static let forked = Code(rawValue: "forked")
        /// The store knows more of this installation than the installation itself.
        public static let restored = Code(rawValue: "restored")
        /// The enrolment code is unknown, used, expired or another school's.
        public static let codeRefused = Code(rawValue: "code-refused")
        /// Whoever answers is not the store that was enrolled at, or that the code names.
        public static let untrusted = Code(rawValue: "untrusted")
        /// A receipt that the pinned key did not sign, or that answers another commit.
        public static let forgedReceipt = Code(rawValue: "forged-receipt")

        // The configuration or the command line.
        public static let unconfigured = Code(rawValue: "unconfigured")
        public static let configuration = Code(rawValue: "configuration")
        /// The machine calls itself another server than the one that it enrolled as.
        public static let otherIdentity = Code(rawValue: "other-identity")

        // One dataset.
        /// What was hashed is no longer there: collect again.
        public static let collectAgain = Code(rawValue: "collect-again")
        /// The store will not have it as it is.
        public static let rejected = Code(rawValue: "rejected")
        /// An answer that no store of this version gives.
        public static let unexpectedAnswer = Code(rawValue: "unexpected-answer")
        /// Our own state cannot be read or written.
        public static let staging = Code(rawValue: "staging")
    }

    public let code: Code
    /// A whole sentence without the full stop.
    public let message: String
    /// Seconds after which the store wants to be asked again, where it said so.
    public let retryAfter: Int?

    public init(_ code: Code, _ message: String, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    public var description: String { message }

    /// Whether the same attempt can only succeed after a person did something. Who answers in the store's place may be the
    /// login page of one network, and gone with the next.
    public var isPermanent: Bool { code != .untrusted && ![1, 69, 74, 75].contains(exitStatus) }

    /// Whether it was our own settings that held the upload back: neither the link nor the store.
    public var isHold: Bool { [.outsideWindows, .monthlyLimit].contains(code) }

    /// Whether the whole run ends with it; otherwise one dataset has failed and the others go on.
    var endsRun: Bool { ![.collectAgain, .rejected].contains(code) }

    /// As the commands end with it (`sysexits.h`, and 1 for "done, but some datasets failed").
    public var exitStatus: Int32 {
        switch code {
        case .offline, .busy, .outsideWindows, .monthlyLimit, .storeFull, .stopped, .stagingFull: 75
        case .notEnrolled, .revoked, .forked, .restored, .codeRefused, .untrusted, .forgedReceipt: 77
        case .unconfigured, .configuration, .otherIdentity: 78
        case .staging: 74
        case .unexpectedAnswer: 69
        default: 1
        }
    }
}
