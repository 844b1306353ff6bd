import Content
import Synchronization
import Testing

@testable import Uploading

/// Real TLS on loopback, against a server that behaves well or badly as the path says.
@Suite(.enabled(if: TLSServer.isPossible, "python3 with ssl plays the store"))
struct StoreSessionTests {
    private let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }

    private func patch(_ path: String, from offset: Int = 0) -> StoreRequest {
        StoreRequest(.patch, path, headers: [("Upload-Offset", "\(offset)")], body: body, bodyOffset: offset)
    }

    @Test func `many requests share one connection`() throws {
        let server = try TLSServer()
        let session = try StoreSession(server.settings())
        let first = try Taken(session.exchange(StoreRequest(.get, "/hello")))
        let second = try Taken(session.exchange(patch("/frame")))
        let head = try session.exchange(StoreRequest(.head, "/frame"))
        let last = try Taken(session.exchange(StoreRequest(.post, "/commit", body: Array("{}".utf8))))
        #expect([first.connection, second.connection, last.connection] == [1, 1, 1])
        #expect([first.method, second.method, last.method] == ["GET", "PATCH", "POST"])
        #expect(second.sha256 == ChunkID(hashing: body).hex)
        #expect(head.status == 204)
        #expect(head.headers["upload-offset"] == "17")
        #expect(head.headers["upload-complete"] == "?0")
    }

    @Test func `a connection that has to be made anew goes on with the TLS session`() throws {
        let server = try TLSServer()
        let session = try StoreSession(server.settings())
        let first = try Taken(session.exchange(StoreRequest(.get, "/hello")))
        let whole = session.wireBytes
        _ = #expect(throws: TransferFailure.self) { try session.exchange(patch("/cut/1000")) }
        let before = session.wireBytes
        let second = try Taken(session.exchange(StoreRequest(.get, "/hello")))
        #expect([first.isResumed, second.isResumed] == [false, true])
        #expect(second.connection == 2)
        let again = session.wireBytes - before
        #expect(again.up + again.down < whole.up + whole.down - 400, "no certificate is sent: \(again), \(whole)")
    }

    @Test func `a body goes on from its offset`() throws {
        let server = try TLSServer()
        let taken = try Taken(StoreSession(server.settings()).exchange(patch("/frame", from: 123_457)))
        #expect(taken.length == body.count - 123_457)
        #expect(taken.sha256 == ChunkID(hashing: Array(body[123_457...])).hex)
        #expect(taken.headers["content-length"] == String(body.count - 123_457))
    }

    @Test func `that bytes move is told while they do`() throws {
        final class Told: Sendable { let times = Atomic<Int>(0) }
        let (server, told) = (try TLSServer(), Told())
        var settings = server.settings()
        settings.moved = { told.times.add(1, ordering: .relaxed) }
        _ = try StoreSession(settings).exchange(patch("/frame"))
        #expect(told.times.load(ordering: .relaxed) > 0)
    }

    @Test func `a large body is not kept waiting by an Expect header`() throws {
        let server = try TLSServer()
        let large = [UInt8](repeating: 7, count: 3 << 20)
        let taken = try Taken(StoreSession(server.settings()).exchange(StoreRequest(.patch, "/frame", body: large)))
        #expect(taken.length == large.count)
        #expect(taken.headers["expect"] == nil)
    }

    @Test func `the token goes only where it is asked for`() throws {
        let server = try TLSServer()
        let session = try StoreSession(server.settings())
        let with = try Taken(session.exchange(StoreRequest(.get, "/hello")))
        let without = try Taken(session.exchange(StoreRequest(.get, "/ca", isAuthorized: false)))
        #expect(with.headers["authorization"] == "Bearer a-token")
        #expect(without.headers["authorization"] == nil)
    }

    @Test func `a store of another authority is refused before anything is said`() throws {
        let server = try TLSServer()
        var settings = server.settings()
        settings.trust = .authority(try TestAuthority().pem)
        let session = try StoreSession(settings)
        let failure = #expect(throws: TransferFailure.self) { try session.exchange(StoreRequest(.get, "/hello")) }
        #expect(failure?.kind == .untrusted)
        #expect(failure?.message.contains("url under [store]") == true)
        // A school's network may have one, which is no reason to give up.
        #expect(failure?.message.contains("login page") == true)
        #expect(failure.map { UploadError($0).isPermanent } == false)
    }

    @Test func `what is no TLS at all is not the store`() throws {
        let server = try TLSServer()
        var settings = server.settings()
        settings.address = "https://localhost:\(server.plainPort)"
        let session = try StoreSession(settings)
        let failure = #expect(throws: TransferFailure.self) { try session.exchange(StoreRequest(.get, "/hello")) }
        #expect(failure?.kind == .untrusted)
    }

    @Test(arguments: [false, true])
    func `who takes no connection, or says nothing on it, is given up soon`(isTaken: Bool) throws {
        let server = try TLSServer()
        let blackHole = try BlackHole()
        var settings = server.settings()
        settings.address = "https://localhost:\(isTaken ? server.silentPort : blackHole.port)"
        settings.connectTimeout = 1
        let session = try StoreSession(settings)
        let began = ContinuousClock.now
        let failure = #expect(throws: TransferFailure.self) { try session.exchange(StoreRequest(.get, "/hello")) }
        #expect(failure?.kind == .unreachable)
        #expect(ContinuousClock.now - began < .seconds(10))
    }

    @Test func `a proxy leads to the store`() throws {
        let server = try TLSServer()
        var settings = server.settings()
        // Nobody is there but by the proxy.
        settings.address = "https://localhost:1"
        settings.proxy = "http://localhost:\(server.proxyPort)"
        let session = try StoreSession(settings)
        #expect(try Taken(session.exchange(StoreRequest(.get, "/hello"))).method == "GET")
        #expect(try Taken(session.exchange(patch("/frame"))).sha256 == ChunkID(hashing: body).hex)
    }

    @Test func `a proxy that wants somebody to log in is named`() throws {
        let server = try TLSServer()
        var settings = server.settings()
        settings.proxy = "http://localhost:\(server.portalProxyPort)"
        let session = try StoreSession(settings)
        let failure = #expect(throws: TransferFailure.self) { try session.exchange(StoreRequest(.get, "/hello")) }
        #expect(failure?.kind == .unreachable)
        #expect(failure?.message.contains("the proxy does not lead to \(server.address)") == true)
        #expect(failure?.message.contains("302") == true)
    }

    @Test(arguments: [0, 1])
    func `a link that breaks while TLS is set up is a cut`(way: Int) throws {
        let server = try TLSServer()
        var settings = server.settings()
        settings.address = "https://localhost:\(server.cutPorts[way])"
        let session = try StoreSession(settings)
        let failure = #expect(throws: TransferFailure.self) { try session.exchange(StoreRequest(.get, "/hello")) }
        #expect(failure?.kind == .cut)
    }

    @Test func `a certificate for another host is refused`() throws {
        let server = try TLSServer(host: "elsewhere.example.org")
        let session = try StoreSession(server.settings())
        let failure = #expect(throws: TransferFailure.self) { try session.exchange(StoreRequest(.get, "/hello")) }
        #expect(failure?.kind == .untrusted)
    }

    @Test func `a session that believes anyone sends no token`() throws {
        let server = try TLSServer()
        let session = try StoreSession(
            SessionSettings(address: server.address, trust: .unverified, token: "a-token", proxy: ""))
        let taken = try Taken(session.exchange(StoreRequest(.get, "/ca")))
        #expect(taken.headers["authorization"] == nil)
    }

    @Test func `a transfer that is slow but moves is never given up`() throws {
        let server = try TLSServer()
        // Two seconds and more for the body.
        let session = try StoreSession(server.settings(patience: 1, rate: 120_000))
        #expect(try Taken(session.exchange(patch("/frame"))).length == body.count)
    }

    @Test func `a server that never answers is given up after the session's patience`() throws {
        let server = try TLSServer()
        let session = try StoreSession(server.settings(patience: 1))
        let failure = #expect(throws: TransferFailure.self) { try session.exchange(patch("/stall")) }
        #expect(failure?.kind == .stalled)
        // The session is good for the next request, on a new connection.
        #expect(try Taken(session.exchange(StoreRequest(.get, "/hello"))).connection == 2)
    }

    @Test func `a cut in the middle of a body is a cut, and the session goes on`() throws {
        let server = try TLSServer()
        let session = try StoreSession(server.settings())
        let failure = #expect(throws: TransferFailure.self) { try session.exchange(patch("/cut/100000")) }
        #expect(failure?.kind == .cut)
        #expect(try Taken(session.exchange(patch("/frame"))).sha256 == ChunkID(hashing: body).hex)
    }

    @Test func `a frame that broke off is never sent again by itself`() throws {
        let server = try TLSServer()
        let session = try StoreSession(server.settings())
        _ = try session.exchange(StoreRequest(.get, "/hello"))
        let before = session.wireBytes
        _ = #expect(throws: TransferFailure.self) { try session.exchange(patch("/cut/100000")) }
        // Once its length at most, and over no other connection: where it goes on is the store's to say.
        #expect(try Taken(session.exchange(StoreRequest(.get, "/hello"))).connection == 2)
        #expect((session.wireBytes - before).up < UInt64(body.count) + 5000)
    }

    @Test func `a kept connection that went away between two requests is made anew`() throws {
        let server = try TLSServer()
        let session = try StoreSession(server.settings())
        _ = try session.exchange(StoreRequest(.get, "/once"))
        let taken = try Taken(session.exchange(StoreRequest(.post, "/commit", body: Array("{}".utf8))))
        #expect(taken.connection == 2)
        #expect(taken.length == 2)
    }

    @Test func `an early refusal is an answer, not a cut`() throws {
        let server = try TLSServer()
        let session = try StoreSession(server.settings())
        let answer = try session.exchange(patch("/conflict/4096"))
        #expect(answer.status == 409)
        #expect(answer.headers["upload-offset"] == "4096")
    }

    @Test(arguments: ["/large/3000000", "/headers/100"])
    func `an answer without bounds is refused`(path: String) throws {
        let server = try TLSServer()
        let session = try StoreSession(server.settings())
        let failure = #expect(throws: TransferFailure.self) {
            try session.exchange(StoreRequest(.get, path, answerLimit: 1 << 20))
        }
        #expect(failure?.kind == .oversized)
    }

    @Test func `nobody listening is unreachable`() throws {
        let port: Int
        do { port = try TLSServer().port }
        let session = try StoreSession(
            SessionSettings(address: "https://localhost:\(port)", trust: .authority(TestAuthority().pem), proxy: ""))
        let failure = #expect(throws: TransferFailure.self) { try session.exchange(StoreRequest(.get, "/hello")) }
        #expect(failure?.kind == .unreachable)
    }

    @Test func `a stop ends a transfer that waits for its rate`() async throws {
        let server = try TLSServer()
        let stop = StopSignal()
        var settings = server.settings(stop: stop)
        // The rate is asked for before each piece, so it can pull the brake itself, at a known place.
        settings.rate = {
            stop.stop()
            return 1024
        }
        let session = try StoreSession(settings)
        let failure = #expect(throws: TransferFailure.self) { try session.exchange(patch("/frame")) }
        #expect(failure?.kind == .cancelled)
    }

    @Test func `bytes on the wire count everything in both directions`() throws {
        let server = try TLSServer()
        let session = try StoreSession(server.settings())
        _ = try session.exchange(patch("/frame"))
        let first = session.wireBytes
        // More than the body, by headers and the TLS set-up; and not by much more than a busy machine's kernel sends again.
        #expect(first.up > UInt64(body.count) && first.up < UInt64(body.count) + 100_000)
        #expect(first.down > 1000 && first.down < 10_000)
        _ = #expect(throws: TransferFailure.self) { try session.exchange(patch("/cut/1000")) }
        _ = try session.exchange(StoreRequest(.get, "/hello"))
        // What a closed connection carried is not forgotten.
        #expect(session.wireBytes.up > first.up + 1000)
    }

    @Test(arguments: ["http://store.example.org", "https://", "store.example.org", "https://a b", "https://a\r\nX: y"])
    func `an address that is none is refused`(address: String) {
        let failure = #expect(throws: TransferFailure.self) {
            try StoreSession(SessionSettings(address: address, trust: .unverified))
        }
        #expect(failure?.kind == .unusable)
    }
}
