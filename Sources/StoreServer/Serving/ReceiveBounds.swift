import HummingbirdCore
import Logging
import NIOCore

/// Bounds what is read from a connection at a time, before its handlers are set up: TLS keeps a buffer of the longest such
/// read for as long as the connection lasts.
struct ReceiveBounds<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base

    /// Bytes: several records of TLS, so that a fast link costs no more of them.
    static var atOnce: Int { 32 << 10 }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        channel.eventLoop.makeCompletedFuture {
            let options = channel.syncOptions
            try options?.setOption(.maxMessagesPerRead, value: 1)
            try options?.setOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1 << 10, initial: 2 << 10, maximum: Self.atOnce))
        }.flatMap { base.setup(channel: channel, logger: logger) }
    }

    func handle(value: Base.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
