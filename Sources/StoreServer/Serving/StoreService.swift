import CentralStore
import Dispatch
import Glibc
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import Settings
import Wire

/// The service: opens the store, listens for schools over TLS and for commands on the control socket, until it is told
/// to stop.
public struct StoreService: Sendable {
    let handle: StoreHandle
    let tree: TreeView
    let listen: ListenAddress
    let limits: ServiceLimits
    let bodies: BodyBudget
    let logger: Logger

    /// Takes the store's lock. Throws `StoreServerError` or `StoreError`: not initialised, busy, damaged.
    public static func open(
        _ directory: DataDirectory, settings: StoreSettings, storeLimits: StoreLimits = StoreLimits(),
        limits: ServiceLimits = ServiceLimits(), logger: Logger
    ) throws -> StoreService {
        let handle = try StoreHandle.open(directory, limits: storeLimits) { logger.warning("\($0)") }
        do {
            return StoreService(
                handle: handle, tree: try LevelTreeOfStore.open(directory, settings), listen: settings.listen,
                limits: limits, bodies: limits.bodies, logger: logger)
        } catch {
            handle.store.close()
            throw error
        }
    }

    /// Serves until SIGTERM or SIGINT, or until its task is cancelled; lets requests under way come to their end within
    /// `ServiceLimits.shutdown`, and gives the lock back.
    ///
    /// - Parameters:
    ///   - passed: sockets that systemd listens on already, as on port 443: served beside `listen`.
    ///   - onReady: called once schools can connect, with the port that it is (for `listen` may leave that to the
    ///     kernel). Throws `StoreServerError` (cannot listen).
    public func run(passed: [CInt] = [], onReady: @escaping @Sendable (_ port: Int) -> Void) async throws {
        Self.raiseFileLimit()
        let upkeep = TreeUpkeep(tree, of: handle.store, logger: logger)
        handle.store.onCommit { [logger] snapshot in
            logger.notice("\(Self.line(of: snapshot))")
            upkeep.publisher.committed(snapshot)
        }
        handle.store.onFiling { snapshots in
            for snapshot in snapshots { upkeep.publisher.committed(snapshot) }
        }
        let control = try ControlService(handle.directory, logger: logger) { [store = handle.store] operation, report in
            try StoreOperator(store: store, followInTree: upkeep.follow).perform(operation, report: report)
        }
        let contacts = ContactNotes(of: handle.store, every: limits.contactNotes, logger: logger)
        let failure: (any Error)?
        do {
            try await serve(upkeep.publisher, passed, onReady)
            failure = nil
        } catch {
            failure = error
        }
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "clix-store.stop").async {
                stop(control, upkeep, contacts)
                continuation.resume()
            }
        }
        if let failure { throw explained(failure) }
    }

    /// Blocks until commands and tree have come to their end.
    private func stop(_ control: ControlService, _ upkeep: TreeUpkeep, _ contacts: ContactNotes) {
        guard control.stop(within: limits.shutdown) else {
            // The process ends and the lock with it; what the command had made durable stays.
            return logger.warning("a command that was still at work (a seed?) was cut off; run it again")
        }
        upkeep.stop()
        contacts.stop()
        handle.store.close()
    }

    private func serve(
        _ tree: TreePublisher, _ passed: [CInt], _ onReady: @escaping @Sendable (Int) -> Void
    ) async throws {
        let start = ContinuousClock.now
        let routes = SchoolRoutes(
            store: handle.store, storeLimits: handle.limits, limits: limits, lanes: WorkLanes(), bodies: bodies,
            tree: tree, authorityPEM: handle.authority.certificatePEM,
            refusals: RefusalLog(logger: logger, now: { ContinuousClock.now - start }), logger: logger)
        // What the framework itself has to say is for its developers.
        var quiet = logger
        quiet.logLevel = .critical
        let listeners = passed.map { [quiet] in PassedListener($0, connections: limits.connections, logger: quiet) }
        let application = Application(
            router: routes.router(),
            server: try server(listeners),
            configuration: ApplicationConfiguration(
                address: .hostname(listen.host, port: listen.port),
                availableConnectionsDelegate: .maximum(limits.connections, logger: quiet)),
            services: listeners,
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? 0) },
            logger: quiet)
        var group = ServiceGroupConfiguration(
            services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        group.maximumGracefulShutdownDuration = limits.shutdown
        do {
            try await ServiceGroup(configuration: group).run()
        } catch is CancellationError {
            // Requests that did not end in time were cut off; schools go on where they stood.
        }
    }

    /// Each connection is a file, and each frame on its way another.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private static func line(of snapshot: SnapshotRecord) -> String {
        let notSent = snapshot.shortfalls.first(where: \.isNotSentYet)
        let missing = snapshot.shortfalls.count - (notSent == nil ? 0 : 1)
        let lacking = (notSent.map { ", \($0.reason)" } ?? "") + (missing == 0 ? "" : ", \(missing) files missing")
        return "\(snapshot.school): committed \(snapshot.dataset) \(snapshot.year), sequence \(snapshot.sequence), "
            + "\(snapshot.outcome.rawValue): \(snapshot.files) files, \(snapshot.bytes) bytes\(lacking)"
    }

    /// HTTP/1.1 over TLS, the same on every listener.
    private func server(_ passed: [PassedListener]) throws -> HTTPServerBuilder {
        let (http, tls) = (channelConfiguration, try tlsConfiguration())
        return HTTPServerBuilder { responder in
            let child = try TLSChannel(HTTP1Channel(responder: responder, configuration: http), tlsConfiguration: tls)
            for listener in passed { listener.serve(child) }
            return child
        }
    }

    private var channelConfiguration: HTTP1Channel.Configuration {
        let bounds = limits.watch
        let bodyLimit = limits.largestBody(handle.limits)
        let peers = PeerCounts(limit: limits.connectionsPerPeer)
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                RequestWatchHandler(bounds: bounds, bodyLimit: bodyLimit, peers: peers)
            ],
            idleTimeout: .nanoseconds(limits.idle.nanosecondCount),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                maxHeaderFieldCount: limits.headerFields))
    }

    /// TLS 1.2 or newer. The chain is the server's certificate alone: whoever pins the authority has it.
    private func tlsConfiguration() throws -> TLSConfiguration {
        let certificate = try NIOSSLCertificate(bytes: Array(handle.authority.serverCertificatePEM.utf8), format: .pem)
        let key = try NIOSSLPrivateKey(bytes: Array(handle.authority.serverKeyPEM.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(certificate)], privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return configuration
    }

    private func explained(_ error: any Error) -> any Error {
        guard let error = error as? IOError else { return error }
        let reason = String(cString: strerror(error.errnoCode))
        let hint =
            switch error.errnoCode {
            case EADDRINUSE:
                "Another program has this port; stop it, or choose another port under listen in store.toml."
            case EACCES: "Ports below 1024 need root or a socket unit; choose another under listen in store.toml."
            case EADDRNOTAVAIL: "This machine has no such address; see listen in store.toml."
            default: "See listen in store.toml."
            }
        return StoreServerError(.cannotListen, "cannot listen on \(listen): \(reason). \(hint)")
    }
}
