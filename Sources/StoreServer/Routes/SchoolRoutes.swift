import CentralStore
import Content
import HTTPTypes
import Hummingbird
import Logging
import Wire

/// What a request carries through the router: only what Hummingbird needs, and where it came from.
struct StoreRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The client's address as text, without a port.
    let peer: String

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress ?? "an unknown address"
    }
}

/// The addresses that school servers call; `docs/upload-with-curl.md` walks through an upload. Each handler reads a
/// request, asks the store and writes the answer; what is allowed is decided in the store.
struct SchoolRoutes: Sendable {
    let store: CentralStore
    let storeLimits: StoreLimits
    let limits: ServiceLimits
    let lanes: WorkLanes
    let bodies: BodyBudget
    let tree: TreePublisher
    let authorityPEM: String
    let refusals: RefusalLog
    let logger: Logger

    func router() -> Router<StoreRequestContext> {
        let router = Router(context: StoreRequestContext.self)
        router.add(middleware: ProblemMiddleware(logger: logger))
        router.get("health") { _, _ in try await health() }
        router.get("v1/ca") { _, _ in authorityCertificate() }
        router.post("v1/enrolments") { request, context in
            try await refusing(context.peer) { try await enrol(request, from: context.peer) }
        }
        router.get("v1/hello") { request, context in
            try await admitting(request, context) { try await hello(request, for: $0) }
        }
        router.post("v1/chunks/missing") { request, context in
            try await admitting(request, context) { try await missingChunks(request, for: $0) }
        }
        router.head("v1/frames/:frame") { request, context in
            try await admitting(request, context) { try await frameOffset(frameName(context), for: $0) }
        }
        router.patch("v1/frames/:frame") { request, context in
            try await admitting(request, context) { try await receiveFrame(frameName(context), request, from: $0) }
        }
        router.post("v1/snapshots") { request, context in
            try await admitting(request, context) { try await commit(request, from: $0) }
        }
        router.post("v1/reports") { request, context in
            try await admitting(request, context) { try await keepReport(request, from: $0) }
        }
        return router
    }

    private func frameName(_ context: StoreRequestContext) throws -> ChunkID {
        guard let text = context.parameters.get("frame"), let name = ChunkID(hex: text) else {
            throw Problem(.notFound, "A frame is named by the 64 hexadecimal digits of its SHA-256.")
        }
        return name
    }
}
