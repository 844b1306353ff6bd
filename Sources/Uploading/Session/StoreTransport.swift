/// One request and its answer, over whatever way leads to the store.
///
/// The only implementation that touches the network is `StoreSession`; tests put a script in its place. Calls block the
/// caller, so they are made on the uploader's own queue and never on the cooperative pool.
public protocol StoreTransport: AnyObject {
    /// Sends the request and waits for the whole answer, whatever its status.
    ///
    /// Throws a `TransferFailure` when there is no whole answer. Whether the store has acted on the request is then not
    /// known: every request of the wire may be repeated.
    func exchange(_ request: StoreRequest) throws(TransferFailure) -> StoreAnswer

    /// What travelled so far, everything included.
    var wireBytes: WireBytes { get }
}

/// Bytes on the wire in both directions: TLS, headers and bodies, as the kernel counts them.
public struct WireBytes: Hashable, Sendable {
    public var up: UInt64
    public var down: UInt64

    public init(up: UInt64 = 0, down: UInt64 = 0) {
        self.up = up
        self.down = down
    }

    public static func + (left: WireBytes, right: WireBytes) -> WireBytes {
        WireBytes(up: left.up &+ right.up, down: left.down &+ right.down)
    }

    public static func - (left: WireBytes, right: WireBytes) -> WireBytes {
        WireBytes(up: left.up &- right.up, down: left.down &- right.down)
    }
}

public struct StoreRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case patch = "PATCH"
    }

    public var method: Method
    /// From the root, with its leading `/`.
    public var path: String
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]?
    /// How many bytes of `body` are left out at its start: what the store has already.
    public var bodyOffset: Int
    /// An answer with a longer body is a failure: nothing that a store says may fill a school's memory.
    public var answerLimit: Int
    /// Whether the bearer token goes along. Not before the store has proved who it is.
    public var isAuthorized: Bool

    public init(
        _ method: Method, _ path: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
        bodyOffset: Int = 0, answerLimit: Int = 1 << 20, isAuthorized: Bool = true
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.bodyOffset = bodyOffset
        self.answerLimit = answerLimit
        self.isAuthorized = isAuthorized
    }
}

public struct StoreAnswer: Sendable {
    public var status: Int
    /// Names in lower case; of a repeated header the last.
    public var headers: [String: String]
    public var body: [UInt8]

    public init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
