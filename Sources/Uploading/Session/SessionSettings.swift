/// What a session with the store needs to know. Holds the token: never print it.
public struct SessionSettings: Sendable {
    /// Whom to believe.
    public enum Trust: Sendable {
        /// Only certificates issued by these, in PEM. The system's own authorities count for nothing.
        case authority([UInt8])
        /// Anyone: for fetching the CA that an enrolment code then proves, and for nothing else. No secret is sent.
        case unverified
    }

    /// `https://host:port`, as in the configuration.
    public var address: String
    public var trust: Trust
    /// The bearer token's text; nil before enrolment.
    public var token: String?
    /// nil: as the environment says (`https_proxy`, `no_proxy`; curl(1)). Empty: none.
    public var proxy: String?
    /// Bytes per second upwards, asked again all the time, because it changes with the hour; nil is no limit.
    public var rate: @Sendable () -> UInt64?
    /// Seconds for the way to the store, TLS included.
    public var connectTimeout: Int
    /// Seconds without a byte after which a transfer is given up. There is no limit on the whole: at 64 kbit/s a frame
    /// takes minutes.
    public var patience: Int
    /// Called whenever bytes have moved, often; should be quick.
    public var moved: @Sendable () -> Void = {}
    public var stop: StopSignal

    public init(
        address: String, trust: Trust, token: String? = nil, proxy: String? = nil,
        rate: @escaping @Sendable () -> UInt64? = { nil }, connectTimeout: Int = 20, patience: Int = 60,
        stop: StopSignal = StopSignal()
    ) {
        self.address = address
        self.trust = trust
        self.token = token
        self.proxy = proxy
        self.rate = rate
        self.connectTimeout = connectTimeout
        self.patience = patience
        self.stop = stop
    }
}
