import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import StoreServer

@Suite("What is read from a connection at a time")
struct ReceiveBoundsTests {
    @Test("is 32 KiB at most, on however fast a link, from before its handlers are set up")
    func bounded() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                ReceiveBounds(base: Noting()).setup(channel: channel, logger: Logger(label: "test"))
            }
        let address = try #require(server.channel.localAddress)
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address).get()
        try await server.executeThenClose { connections in
            for try await connection in connections {
                #expect(connection.reads == 1)
                #expect(connection.longest == 32 << 10)
                try await connection.channel.close()
                break
            }
        }
        try? await client.close()
    }
}

/// Handlers that look how their channel is set up.
private struct Noting: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let reads: UInt
        let longest: Int?
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let options = try #require(channel.syncOptions)
            var allocator = try options.getOption(.recvAllocator)
            // It grows for as long as reads fill it.
            while let size = allocator.nextBufferSize(), allocator.record(actualReadBytes: size) {}
            return Value(
                channel: channel, reads: try options.getOption(.maxMessagesPerRead),
                longest: allocator.nextBufferSize())
        }
    }

    func handle(value: Value, logger: Logger) async {}
}
