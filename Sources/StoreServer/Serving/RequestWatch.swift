/// Judges whether one connection's client still makes progress with the request that it sends. A pure state machine:
/// times are durations since any fixed moment, handed in.
///
/// Four things it guards against: a connection that asks for nothing, a body that drips (it holds a connection and a
/// spool file for nothing), a client that goes on sending after it was answered, and a connection that would be used
/// again while the rest of a refused body still stands in it.
struct RequestWatch: Sendable {
    struct Bounds: Sendable {
        /// From the connection to the end of its first request's header, the TLS handshake included.
        var firstRequest: Duration = .seconds(20)
        /// A body must bring at least this many bytes in each `period` in which the server waited for it.
        var minimumBytes = 1024
        var period: Duration = .seconds(90)
        /// After an early answer, this much more is read and thrown away, so that the client gets to see the answer
        /// before the connection goes (RFC 9112, 9.6).
        var drainBytes = 8 << 20
        var drainTime: Duration = .seconds(10)
    }

    enum Action: Equatable, Sendable {
        case goOn
        case close
    }

    private enum Phase: Equatable {
        /// Nothing was asked yet.
        case opening(since: Duration)
        case idle
        case receiving
        /// Answered before the request was all there.
        case draining(since: Duration, received: Int)
    }

    private let bounds: Bounds
    private var phase = Phase.idle
    private var responseBegun = false
    private var receivedInPeriod = 0
    private var periodBegan: Duration = .zero
    /// Whether the server asked for more and the client has not delivered. While the server itself is behind (a slow
    /// disk, a full worker queue), the client is not to blame.
    private var waitsForClient = false

    init(bounds: Bounds) { self.bounds = bounds }

    /// Whether `tick` has anything to judge.
    var isWatching: Bool { phase != .idle }

    mutating func connectionOpened(at now: Duration) { phase = .opening(since: now) }

    /// Its header is complete.
    mutating func requestBegan(at now: Duration) {
        phase = .receiving
        responseBegun = false
        receivedInPeriod = 0
        periodBegan = now
    }

    mutating func bodyArrived(_ count: Int, at now: Duration) -> Action {
        receivedInPeriod += count
        guard case .draining(let since, let received) = phase else { return .goOn }
        phase = .draining(since: since, received: received + count)
        return received + count > bounds.drainBytes || now - since > bounds.drainTime ? .close : .goOn
    }

    mutating func requestEnded() -> Action {
        defer { phase = .idle }
        if case .draining = phase { return .close }
        return .goOn
    }

    mutating func serverAsksForMore() { waitsForClient = true }
    mutating func clientDelivered() { waitsForClient = false }

    /// - Returns: whether the answer must announce the end of the connection.
    mutating func responseBegins() -> Bool {
        responseBegun = true
        return phase == .receiving
    }

    mutating func responseEnded(at now: Duration) {
        if phase == .receiving { phase = .draining(since: now, received: 0) }
    }

    /// To be called several times in each period.
    mutating func tick(at now: Duration) -> Action {
        switch phase {
        case .opening(let since): return now - since >= bounds.firstRequest ? .close : .goOn
        case .idle: return .goOn
        case .draining(let since, _): return now - since > bounds.drainTime ? .close : .goOn
        case .receiving:
            guard now - periodBegan >= bounds.period else { return .goOn }
            let tooSlow = waitsForClient && !responseBegun && receivedInPeriod < bounds.minimumBytes
            periodBegan = now
            receivedInPeriod = 0
            return tooSlow ? .close : .goOn
        }
    }
}
