import NIOCore
import Testing

@testable import StoreServer

@Suite("Connections that nobody needs")
struct ConnectionBoundsTests {
    private static var hasty: ServiceLimits {
        var limits = ServiceLimits()
        limits.firstRequest = .milliseconds(300)
        return limits
    }

    @Test("a connection that says nothing is closed before any handshake, and in the middle of one")
    func silent() async throws {
        try await LiveStore.serving(limits: Self.hasty) { store async throws in
            try await RawTCP.waitForTheEnd(after: [], of: store)
            // The beginning of a ClientHello of 512 bytes.
            try await RawTCP.waitForTheEnd(after: [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3], of: store)
            #expect(try await store.curl("GET", "/health").status == 200)
        }
    }

    @Test("a connection whose first header does not come is closed, long before an idle one")
    func noHeader() async throws {
        try await LiveStore.serving(limits: Self.hasty) { store async throws in
            #expect(try await RawTLS.exchange([], with: store) == "")
            #expect(try await RawTLS.exchange(Array("GET /health HTTP/1.1\r\nHo".utf8), with: store) == "")
        }
    }

    @Test("one address has its part of the connections; more of it are closed, and others are served")
    func perPeer() async throws {
        var limits = ServiceLimits()
        limits.connectionsPerPeer = 3
        try await LiveStore.serving(limits: limits) { store async throws in
            try await HeldConnections.holding([[], [], []], at: store) {
                let fourth = try await store.curl("GET", "/health")
                #expect(fourth.exit != 0 && fourth.status == 0, "\(fourth)")
                let other = try await store.curl("GET", "/health", options: ["--interface", "127.0.0.2"])
                #expect(other.status == 200, "\(other)")
            }
            try await store.until { try await store.curl("GET", "/health").status == 200 }
        }
    }

    @Test("an address of IPv6 stands for its network, and one of IPv4 for itself however it is written")
    func peers() throws {
        func peer(_ text: String) throws -> PeerCounts.Peer? {
            PeerCounts.Peer(try SocketAddress(ipAddress: text, port: 8443))
        }
        #expect(try peer("2001:db8::1") == peer("2001:db8::ffff:2"))
        #expect(try peer("2001:db8::1") != peer("2001:db8:0:1::1"))
        #expect(try peer("192.0.2.1") != peer("192.0.2.2"))
        #expect(try peer("::ffff:192.0.2.1") == peer("192.0.2.1"))
        #expect(try PeerCounts.Peer(SocketAddress(unixDomainSocketPath: "/run/x")) == nil)
    }

    @Test("a peer that has left may come again")
    func left() throws {
        let counts = PeerCounts(limit: 2)
        let peer = try #require(PeerCounts.Peer(SocketAddress(ipAddress: "192.0.2.1", port: 1)))
        #expect(counts.admit(peer) && counts.admit(peer) && !counts.admit(peer))
        counts.left(peer)
        #expect(counts.admit(peer) && !counts.admit(peer))
    }
}

/// Bytes by hand, without TLS.
private enum RawTCP {
    /// Sends, and returns when the server has ended the connection.
    static func waitForTheEnd(after bytes: [UInt8], of store: LiveStore) async throws {
        let script = """
            import socket, sys
            with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 60) as s:
                s.sendall(bytes.fromhex(sys.stdin.read()))
                try:
                    while s.recv(65536): pass
                except ConnectionResetError:
                    pass
            """
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let port = String(store.port)
        try await aside {
            let run = try Program.run(["python3", "-c", script, port], input: hex)
            guard run.status == 0 else { throw StoreServerError(.control, run.errors) }
        }
    }
}
