import CCurl

/// Adds up what the kernel says has travelled over this session's sockets, those already closed included.
///
/// libcurl's own figures leave out TLS, and a body handed to the kernel counts there as sent.
final class SocketCount {
    private var open: Set<Int32> = []
    private var closed = WireBytes()
    private var closedDelivered: UInt64 = 0
    /// Asked whenever libcurl wants another connection.
    var mayOpen: () -> Bool = { true }
    private let observer: UnsafeMutablePointer<clix_socket_observer>
    /// Whether this kernel tells; before Linux 4.6 it does not tell all.
    private(set) var isKnown = true

    init() {
        observer = .allocate(capacity: 1)
        observer.initialize(to: clix_socket_observer(context: nil, opened: { _, _ in 1 }, closing: { _, _ in }))
        observer.pointee.context = Unmanaged.passUnretained(self).toOpaque()
        observer.pointee.opened = { context, socket in
            SocketCount.from(context)?.admit(socket) == true ? 1 : 0
        }
        observer.pointee.closing = { context, socket in
            SocketCount.from(context)?.close(socket)
        }
    }

    deinit {
        observer.deinitialize(count: 1)
        observer.deallocate()
    }

    /// The handle must be cleaned up before this goes away.
    func attach(to handle: UnsafeMutableRawPointer) {
        clix_curl_observe_sockets(handle, observer)
    }

    var total: WireBytes {
        open.reduce(closed) { sum, socket in
            let bytes = read(socket)
            return sum + WireBytes(up: bytes.sent, down: bytes.received)
        }
    }

    /// Grows whenever the peer acknowledged or sent something.
    var moved: UInt64 {
        open.reduce(closedDelivered &+ closed.down) { sum, socket in
            let bytes = read(socket)
            return sum &+ bytes.delivered &+ bytes.received
        }
    }

    private func admit(_ socket: Int32) -> Bool {
        guard mayOpen() else { return false }
        open.insert(socket)
        return true
    }

    private func close(_ socket: Int32) {
        guard open.remove(socket) != nil else { return }
        let bytes = read(socket)
        closed = closed + WireBytes(up: bytes.sent, down: bytes.received)
        closedDelivered &+= bytes.delivered
    }

    private func read(_ socket: Int32) -> clix_socket_bytes {
        var bytes = clix_socket_bytes(sent: 0, delivered: 0, received: 0)
        if clix_curl_socket_bytes(socket, &bytes) != 0 { isKnown = false }
        return bytes
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> SocketCount? {
        context.map { Unmanaged<SocketCount>.fromOpaque($0).takeUnretainedValue() }
    }
}
