import Glibc
import Testing

@testable import StoreServer

/// Sockets that systemd passes, as for port 443; here the test listens in its stead.
@Suite("A socket that systemd passes")
struct PassedListenerTests {
    @Test("is served beside the store's own address")
    func beside() async throws {
        let passed = try ListeningSocket()
        try await LiveStore.serving(passed: [passed.descriptor]) { store async throws in
            let school = try await store.school()
            for port in [store.port, passed.port] {
                let answer = try await store.curl("GET", "/v1/hello", token: school.token, port: port)
                #expect(answer.status == 200, "\(answer)")
            }
        }
    }

    @Test("counts for what one address may have, together with the store's own")
    func counted() async throws {
        let passed = try ListeningSocket()
        var limits = ServiceLimits()
        limits.connectionsPerPeer = 2
        try await LiveStore.serving(limits: limits, passed: [passed.descriptor]) { store async throws in
            try await HeldConnections.holding([[], []], at: store) {
                let third = try await store.curl("GET", "/health", port: passed.port)
                #expect(third.exit != 0 && third.status == 0, "\(third)")
            }
        }
    }

    @Test("is closed with the store, which waits for no idle connection on it")
    func closed() async throws {
        let passed = try ListeningSocket()
        let store = try await LiveStore.serving(passed: [passed.descriptor]) { store async throws in
            #expect(try await store.curl("GET", "/health", port: passed.port).status == 200)
            return store
        }
        let answer = try await store.curl("GET", "/health", port: passed.port)
        #expect(answer.exit == 7, "\(answer)")
    }
}

/// A socket that listens on a free port of the loopback interface. Whom it is passed to closes it.
private struct ListeningSocket {
    let descriptor: CInt
    let port: Int

    init() throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (descriptor, size) = (descriptor, length)
        let listens = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard listens else { throw StoreServerError(.cannotListen, "the test cannot listen") }
        port = Int(UInt16(bigEndian: address.sin_port))
    }
}
