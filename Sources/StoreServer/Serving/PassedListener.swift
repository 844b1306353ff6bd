import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Serves on a socket that somebody else listens on already, as systemd does on port 443, beside the service's own.
///
/// Hummingbird binds addresses only; this takes its connections, each of them as the service's own are.
final class PassedListener: Service {
    /// A connection's work, from its handshake to its end.
    private typealias Connection = @Sendable () async -> Void
    private typealias SettingUp = @Sendable (any Channel) -> EventLoopFuture<Connection>

    private let socket: CInt
    private let limit: Int
    private let logger: Logger
    private let settingUp = Mutex<SettingUp?>(nil)
    private let open = Mutex<[ObjectIdentifier: any Channel]>([:])

    /// - Parameters:
    ///   - socket: a descriptor that listens; it is this listener's from here on.
    ///   - connections: so many at a time; more wait in the kernel's queue.
    init(_ socket: CInt, connections: Int, logger: Logger) {
        (self.socket, limit, self.logger) = (socket, connections, logger)
    }

    /// Says how connections are served; before `run`.
    func serve(_ child: some ServerChildChannel) {
        settingUp.withLock { [logger] in
            $0 = { channel in
                child.setup(channel: channel, logger: logger).map { value in
                    { await child.handle(value: value, logger: logger) }
                }
            }
        }
    }

    /// Until the service is to stop, and requests under way have come to their end.
    func run() async throws {
        guard let settingUp = settingUp.withLock({ $0 }) else { preconditionFailure("nobody said how to serve") }
        let (connections, taken) = AsyncStream<Connection>.makeStream()
        let listening = try await listen { channel in
            settingUp(channel).map { connection in
                self.note(channel)
                taken.yield(connection)
            }
        }
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await connection in connections { group.addTask { await connection() } }
            }
        } onGracefulShutdown: {
            listening.close(promise: nil)
            self.quiesce()
            taken.finish()
        }
        listening.close(promise: nil)
    }

    private func listen(_ setUp: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>) async throws -> any Channel
    {
        let (limit, logger) = (limit, logger)
        return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AvailableConnectionsChannelHandler(delegate: MaximumAvailableConnections(limit, logger: logger))
                    )
                }
            }
            .childChannelInitializer(setUp)
            .withBoundSocket(socket)
            .get()
    }

    private func note(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        open.withLock { $0[id] = channel }
        channel.closeFuture.whenComplete { [self] _ in open.withLock { $0[id] = nil } }
    }

    /// Connections on which no request is under way are closed now, the others after it.
    private func quiesce() {
        for channel in open.withLock({ Array($0.values) }) {
            channel.eventLoop.execute { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        }
    }
}
