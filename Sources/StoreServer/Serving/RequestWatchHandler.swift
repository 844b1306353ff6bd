import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Puts a `RequestWatch` into a connection: closes it when the watch says so, or its peer has too many, answers what is
/// no HTTP with a problem, and tells a client that asks (`Expect: 100-continue`, as curl does) to go on.
///
/// Bound to one event loop like every channel handler; nothing of it is shared.
final class RequestWatchHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var watch: RequestWatch
    private let peers: PeerCounts
    private let tickEvery: TimeAmount
    private let bodyLimit: Int
    private var ticking: RepeatedTask?
    private var openRequests = 0
    private var isClosing = false

    init(bounds: RequestWatch.Bounds, bodyLimit: Int, peers: PeerCounts) {
        watch = RequestWatch(bounds: bounds)
        let shortest = min(bounds.firstRequest, bounds.period, bounds.drainTime)
        tickEvery = .nanoseconds(max(1_000_000, shortest.nanosecondCount / 4))
        self.bodyLimit = bodyLimit
        self.peers = peers
    }

    /// Before the handshake.
    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        if let peer = context.channel.remoteAddress.flatMap(PeerCounts.Peer.init) {
            guard peers.admit(peer) else { return close(context) }
            context.channel.closeFuture.whenComplete { [peers] _ in peers.left(peer) }
        }
        watch.connectionOpened(at: now(context))
        startTicking(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        var action = RequestWatch.Action.goOn
        switch unwrapInboundIn(data) {
        case .head(let head):
            openRequests += 1
            watch.requestBegan(at: now(context))
            startTicking(context)
            if asksWhetherToGoOn(head) {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
        case .body(let bytes):
            action = watch.bodyArrived(bytes.readableBytes, at: now(context))
        case .end:
            action = watch.requestEnded()
            stopTicking()
        }
        if action == .close { return close(context) }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        watch.clientDelivered()
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        watch.serverAsksForMore()
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.kind != .informational:
            if watch.responseBegins() { head.headerFields[.connection] = "close" }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            openRequests -= 1
            watch.responseEnded(at: now(context))
            context.write(data, promise: promise)
        default:
            context.write(data, promise: promise)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard openRequests == 0, !isClosing, let problem = ProblemAnswer.forUnreadableRequest(error) else {
            context.fireErrorCaught(error)
            return
        }
        let response = problem.response
        context.write(wrapOutboundOut(.head(response.head)), promise: nil)
        context.write(wrapOutboundOut(.body(problem.body)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        close(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { stopTicking() }

    func channelInactive(context: ChannelHandlerContext) {
        stopTicking()
        context.fireChannelInactive()
    }

    /// A body that is too large by its own account is answered before it is sent.
    private func asksWhetherToGoOn(_ head: HTTPRequest) -> Bool {
        guard head.headerFields[.expect]?.lowercased() == "100-continue" else { return false }
        return head.headerFields[.contentLength].flatMap { Int($0) }.map { $0 <= bodyLimit } ?? true
    }

    private func close(_ context: ChannelHandlerContext) {
        isClosing = true
        stopTicking()
        context.close(promise: nil)
    }

    private func startTicking(_ context: ChannelHandlerContext) {
        guard ticking == nil else { return }
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        ticking = context.eventLoop.scheduleRepeatedTask(initialDelay: tickEvery, delay: tickEvery) { _ in
            let (handler, context) = loopBound.value
            if handler.watch.tick(at: handler.now(context)) == .close { handler.close(context) }
        }
    }

    private func stopTicking() {
        ticking?.cancel()
        ticking = nil
    }

    private func now(_ context: ChannelHandlerContext) -> Duration {
        .nanoseconds(Int64(clamping: context.eventLoop.now.uptimeNanoseconds))
    }
}

extension Duration {
    /// Whole nanoseconds; 292 years at most.
    var nanosecondCount: Int64 {
        let (seconds, attoseconds) = components
        return seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue + attoseconds / 1_000_000_000
    }
}
