import CentralStore

/// The bounds of the service itself; what the store takes is in `StoreLimits`.
public struct ServiceLimits: Sendable {
    /// Open connections; more wait in the kernel's queue.
    public var connections = 1024
    /// Open connections of one address; the next is closed. Many schools may stand behind one.
    public var connectionsPerPeer = 256
    /// From the connection to the end of its first request's header, the TLS handshake included.
    public var firstRequest: Duration = .seconds(20)
    /// A connection on which no request is under way, or whose next header does not come.
    public var idle: Duration = .seconds(120)
    /// A request's body must bring so many bytes in each such period.
    public var minimumBodyBytes = 1024
    public var minimumBodyPeriod: Duration = .seconds(90)
    /// A whole header, and how many fields it may have.
    public var headerBytes = 16 << 10
    public var headerFields = 64
    /// Bodies, beside frames and questions about chunks, whose limits follow from the store's.
    public var enrolmentBytes = 16 << 10
    public var commitBytes = 8 << 20
    /// Memory for bodies that are read whole, over all connections, and how many such requests a machine has at a time:
    /// one, and those whose broken links were not noticed yet.
    public var wholeBodyBytes = 64 << 20
    public var wholeBodiesPerInstallation = 3
    /// How long requests under way may go on after a signal to stop.
    public var shutdown: Duration = .seconds(20)
    /// How often it is noted which schools were heard from: as much of that is forgotten when the service is killed.
    public var contactNotes: Duration = .seconds(60)
    /// How long an answer to a commit waits for the tree to show it. The receipt does not depend on that.
    public var treePatience: Duration = .seconds(10)

    public init() {}

    func largestBody(_ store: StoreLimits) -> Int {
        max(enrolmentBytes, commitBytes, store.frame.maxBody, store.requestIDs * 32, store.reportBytes)
    }

    var watch: RequestWatch.Bounds {
        RequestWatch.Bounds(
            firstRequest: firstRequest, minimumBytes: minimumBodyBytes, period: minimumBodyPeriod)
    }

    var bodies: BodyBudget {
        BodyBudget(bytes: wholeBodyBytes, requestsPerInstallation: wholeBodiesPerInstallation, retryAfter: 10)
    }
}
