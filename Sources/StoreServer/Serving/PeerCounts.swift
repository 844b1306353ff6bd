import NIOCore
import Synchronization

/// How many connections each peer has, so that no single one takes all that there are.
final class PeerCounts: Sendable {
    /// Whom an address stands for: itself, or with IPv6 its network, whose 2^64 addresses one machine may have.
    struct Peer: Hashable, Sendable {
        private let bytes: [UInt8]

        /// Nil for a socket that has no peer's address.
        init?(_ address: SocketAddress) {
            switch address {
            case .v4(let address): bytes = withUnsafeBytes(of: address.address.sin_addr, Array.init)
            case .v6(let address):
                let all = withUnsafeBytes(of: address.address.sin6_addr, Array.init)
                let isMapped = all.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
                bytes = isMapped ? Array(all.suffix(4)) : Array(all.prefix(8))
            case .unixDomainSocket: return nil
            }
        }
    }

    private let limit: Int
    private let counts = Mutex<[Peer: Int]>([:])

    /// - Parameter limit: connections of one peer at a time.
    init(limit: Int) { self.limit = limit }

    /// Whether one more may come; if so, `left` must follow when it has ended.
    func admit(_ peer: Peer) -> Bool {
        counts.withLock { counts in
            let count = counts[peer, default: 0]
            guard count < limit else { return false }
            counts[peer] = count + 1
            return true
        }
    }

    func left(_ peer: Peer) {
        counts.withLock { counts in
            guard let count = counts[peer] else { return }
            counts[peer] = count > 1 ? count - 1 : nil
        }
    }
}
