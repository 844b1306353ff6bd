import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Stands between a school and the store, with the store's own certificate: it counts what the school sends and gets
/// on the wire, sees each exchange in the clear, and can lose an answer or cut the line at a chosen byte.
///
/// Faults that it makes: an answer that the store gave and nobody received; a connection that ends in the middle of a
/// request; a store that is not there. It never changes a byte.
///
/// `@unchecked Sendable`: what changes after `init` is only touched while `lock` is held.
final class Proxy: @unchecked Sendable {
    /// A request of the school and the status of the store's answer to it.
    struct Exchange: Sendable {
        let request: String  // "PATCH /v1/frames/…"
        let status: Int
    }

    enum Verdict: Sendable { case pass, loseAnswer }

    private let lock = NSCondition()
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private var listener: (any Channel)?
    private var connections: [ObjectIdentifier: any Channel] = [:]
    private var up = 0
    private var down = 0
    private var connectionCount = 0
    private var targetPort: Int
    private var alarm: (at: Int, ring: @Sendable () -> Void)?
    private var judge: @Sendable (Exchange) -> Verdict = { _ in .pass }
    private var hear: @Sendable (String) -> Void = { _ in }

    /// - Parameter rate: of the way up, in bytes a second; nil for the speed of loopback.
    init(before store: StoreProcess, rate: Int? = nil) throws {
        targetPort = store.port
        let chain = try NIOSSLCertificate.fromPEMFile("\(store.data)/tls/server.pem").map {
            NIOSSLCertificateSource.certificate($0)
        }
        let key = try NIOSSLPrivateKey(file: "\(store.data)/tls/server.key", format: .pem)
        let schoolSide = try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
        var toStore = TLSConfiguration.makeClientConfiguration()
        toStore.certificateVerification = .none
        let storeSide = try NIOSSLContext(configuration: toStore)
        listener = try ServerBootstrap(group: group)
            .childChannelOption(.socketOption(.so_rcvbuf), value: 32 << 10)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 << 10))
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    let operations = channel.pipeline.syncOperations
                    try operations.addHandler(WireCounter(self, rate: rate))
                    try operations.addHandler(NIOSSLServerHandler(context: schoolSide))
                    try operations.addHandler(SchoolEnd(self, storeContext: storeSide))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
    }

    deinit {
        try? listener?.close().wait()
        cutEverything()
        try? group.syncShutdownGracefully()
    }

    var port: Int { listener?.localAddress?.port ?? 0 }
    var url: String { "https://127.0.0.1:\(port)" }

    /// Bytes on the wire on the school's side, TLS included, and how many connections it made.
    var counts: (up: Int, down: Int, connections: Int) { lock.withLock { (up, down, connectionCount) } }

    /// After a restart the store has another port.
    func follow(_ store: StoreProcess) { lock.withLock { targetPort = store.port } }

    /// Calls once when so many bytes in all have come from the school, on the proxy's own thread.
    func whenSent(_ bytes: Int, _ ring: @escaping @Sendable () -> Void) { lock.withLock { alarm = (bytes, ring) } }

    /// Hears of every request, "PATCH /v1/frames/…", when it begins, before the store does.
    func onRequest(_ hear: @escaping @Sendable (String) -> Void) { lock.withLock { self.hear = hear } }

    /// Judges every answer before the school sees it.
    func onAnswer(_ judge: @escaping @Sendable (Exchange) -> Verdict) { lock.withLock { self.judge = judge } }

    func cutEverything() {
        for channel in lock.withLock({ Array(connections.values) }) { WireCounter.cut(channel) }
    }

    /// Waits until no connection of the school is open. After `kill -9` the kernel still delivers what the program had
    /// handed over; a new run that starts meanwhile would send it once more.
    func waitUntilIdle(within seconds: Double = 60) throws {
        let deadline = Date(timeIntervalSinceNow: seconds)
        lock.lock()
        defer { lock.unlock() }
        while !connections.isEmpty {
            guard lock.wait(until: deadline) else {
                throw ChildProcess.Unexpected(description: "a connection is still open after \(seconds) s")
            }
        }
    }

    fileprivate var storePort: Int { lock.withLock { targetPort } }

    fileprivate func begins(_ request: String) { lock.withLock { hear }(request) }

    fileprivate func verdict(on exchange: Exchange) -> Verdict { lock.withLock { judge }(exchange) }

    fileprivate func opened(_ channel: any Channel) {
        lock.withLock {
            connections[ObjectIdentifier(channel)] = channel
            connectionCount += 1
        }
    }

    fileprivate func closed(_ channel: any Channel) {
        lock.withLock {
            connections[ObjectIdentifier(channel)] = nil
            lock.broadcast()
        }
    }

    fileprivate func counted(up more: Int) {
        let ring: (@Sendable () -> Void)? = lock.withLock {
            up += more
            guard let alarm, up >= alarm.at else { return nil }
            self.alarm = nil
            return alarm.ring
        }
        ring?()
    }

    fileprivate func counted(down more: Int) { lock.withLock { down += more } }
}

/// Counts what passes on the school's side, outside of TLS, and lets it come no faster than the link's rate.
private final class WireCounter: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let proxy: Proxy
    private let nanosecondsPerByte: Int64
    private var mayRead = NIODeadline.now()

    init(_ proxy: Proxy, rate: Int?) {
        self.proxy = proxy
        nanosecondsPerByte = rate.map { 1_000_000_000 / Int64($0) } ?? 0
    }

    /// Ends the school's connection at once, as a broken link does: without TLS's farewell, whose peer would be heard
    /// (and counted) to the end.
    static func cut(_ school: any Channel) {
        school.eventLoop.execute {
            let counter = try? school.pipeline.syncOperations.context(handlerType: WireCounter.self)
            counter?.close(promise: nil)
        }
    }

    func read(context: ChannelHandlerContext) {
        guard mayRead > .now() else { return context.read() }
        let later = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(deadline: mayRead) { later.value.read() }
    }

    func channelActive(context: ChannelHandlerContext) {
        proxy.opened(context.channel)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        proxy.closed(context.channel)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let count = unwrapInboundIn(data).readableBytes
        mayRead = max(mayRead, .now()) + .nanoseconds(nanosecondsPerByte * Int64(count))
        proxy.counted(up: count)
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        proxy.counted(down: unwrapOutboundIn(data).readableBytes)
        context.write(data, promise: promise)
    }
}

/// The end of the school's connection: opens one to the store and passes everything on, in the clear.
///
/// Requests and answers strictly take turns on a connection (HTTP/1.1 without pipelining), so the first bytes after
/// an answer begin a request line, and the first bytes after a request a status line.
private final class SchoolEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let proxy: Proxy
    private let storeContext: NIOSSLContext
    private var store: (any Channel)?
    private var waiting: [ByteBuffer] = []
    private var request = ""
    private var isAnswering = true

    init(_ proxy: Proxy, storeContext: NIOSSLContext) {
        self.proxy = proxy
        self.storeContext = storeContext
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let school = context.channel
        let end = NIOLoopBound(self, eventLoop: context.eventLoop)
        ClientBootstrap(group: context.eventLoop)
            .channelOption(.socketOption(.so_sndbuf), value: 32 << 10)
            .channelInitializer { [storeContext] channel in
                channel.eventLoop.makeCompletedFuture {
                    let operations = channel.pipeline.syncOperations
                    try operations.addHandler(NIOSSLClientHandler(context: storeContext, serverHostname: nil))
                    try operations.addHandler(StoreEnd(end.value, school: school))
                }
            }
            .connect(host: "127.0.0.1", port: proxy.storePort)
            .whenComplete { result in
                switch result {
                case .failure: WireCounter.cut(school)
                case .success(let channel): end.value.connected(channel)
                }
            }
    }

    private func connected(_ channel: any Channel) {
        store = channel
        for buffer in waiting { channel.write(buffer, promise: nil) }
        waiting = []
        channel.flush()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        if isAnswering {
            isAnswering = false
            let start = String(decoding: buffer.readableBytesView.prefix(200), as: UTF8.self)
            request = start.split(separator: " ").prefix(2).joined(separator: " ")
            proxy.begins(request)
        }
        guard let store else { return waiting.append(buffer) }
        store.writeAndFlush(buffer, promise: nil)
    }

    /// Passes the store's bytes on, or nothing ever again if its answer is to be lost.
    fileprivate func answered(_ buffer: ByteBuffer, to school: any Channel) {
        if !isAnswering {
            isAnswering = true
            let start = String(decoding: buffer.readableBytesView.prefix(20), as: UTF8.self)
            let status = start.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            if proxy.verdict(on: Proxy.Exchange(request: request, status: status)) == .loseAnswer {
                WireCounter.cut(school)
                store?.close(promise: nil)
                return
            }
        }
        school.writeAndFlush(buffer, promise: nil)
    }

    /// What was counted is delivered first, as the kernel does for a program that was killed.
    func channelInactive(context: ChannelHandlerContext) {
        guard let store else { return }
        store.writeAndFlush(context.channel.allocator.buffer(capacity: 0)).whenComplete { _ in
            store.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// The end of the connection to the store. While the store does not take more, the school is not read either, so that
/// bytes do not pile up here and count as sent.
private final class StoreEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let end: SchoolEnd
    private let school: any Channel

    init(_ end: SchoolEnd, school: any Channel) {
        self.end = end
        self.school = school
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        end.answered(unwrapInboundIn(data), to: school)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        school.setOption(.autoRead, value: context.channel.isWritable).whenComplete { _ in }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) { WireCounter.cut(school) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
