import CentralStore
import Content
import Testing
import Wire

@testable import StoreServer

@Suite("Frames on their way in")
struct FrameRouteTests {
    /// Does not compress, so that a part of it is a part.
    private static let chunk: [UInt8] = {
        var state: UInt64 = 42
        return (0..<200_000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }()

    @Test("a frame goes on where it was cut, and is then there for good")
    func resumed() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let body = try frame([Self.chunk])
            let name = ChunkID(hashing: body)
            let path = "/v1/frames/\(name.hex)"
            #expect(try await school.curl("HEAD", path).status == 404)

            let part = try await school.patch(name, body[..<100_000], isLast: false)
            #expect(part.status == 204 && part.headers["upload-offset"] == "100000")
            let asked = try await school.curl("HEAD", path)
            #expect(asked.status == 204 && asked.headers["upload-offset"] == "100000")
            #expect(asked.headers["upload-complete"] == "?0")

            let wrong = try await school.patch(name, body[90_000...], offset: 90_000)
            #expect(wrong.status == 409 && wrong.problem?.type == .offsetMismatch)
            #expect(wrong.headers["upload-offset"] == "100000")

            #expect(try await school.patch(name, body[100_000...], offset: 100_000).status == 201)
            let kept = try await school.curl("HEAD", path)
            #expect(kept.status == 204 && kept.headers["upload-complete"] == "?1")
            #expect(try await school.patch(name, body).status == 201, "a frame already there is success, not work")
        }
    }

    @Test("a cut connection leaves what came, and the frame goes on from there")
    func cut() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let body = try frame([Self.chunk])
            let name = ChunkID(hashing: body)
            let head = """
                PATCH /v1/frames/\(name.hex) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(school.token.text)\r
                Content-Type: application/partial-upload\r\nUpload-Offset: 0\r\nUpload-Complete: ?1\r
                Content-Length: \(body.count)\r\n\r\n
                """
            try await RawTLS.sendAndGoAway(Array(head.utf8) + body[..<50_000], to: store)
            // Until the service has seen the end of the connection, the offset may still grow under the one who asks.
            try await store.until { store.lines.all.contains { $0.contains("info: mz150: the link broke after") } }
            let asked = try await school.curl("HEAD", "/v1/frames/\(name.hex)")
            let known = try #require(asked.headers["upload-offset"].flatMap { Int($0) })
            #expect(known <= 50_000)
            let rest = try await school.patch(name, body[known...], offset: known)
            #expect(rest.status == 201, "\(rest)")
            #expect(store.lines.all.allSatisfy { !$0.contains("refused") }, "a bad link is nothing that is refused")
        }
    }

    @Test("a body that does not match its name, and one that is no frame, are refused and forgotten")
    func mismatch() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let body = try frame([Self.chunk])
            let wrong = ChunkID(hashing: [1])
            let answer = try await school.patch(wrong, body)
            #expect(answer.status == 422 && answer.problem?.type == .frameMismatch)
            #expect(try await school.curl("HEAD", "/v1/frames/\(wrong.hex)").status == 404)
            let noise = Array(Self.chunk[..<1000])
            let noFrame = try await school.patch(ChunkID(hashing: noise), noise)
            #expect(noFrame.status == 422 && noFrame.problem?.type == .frameMalformed)
            #expect(store.lines.all.contains { $0.contains("mz150: refused (frame-mismatch)") })
        }
    }

    @Test("a small frame that unpacks to more than it may is refused")
    func bomb() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let megabyte = [UInt8](repeating: 0, count: 1 << 20)
            let body = try frame([[UInt8]](repeating: megabyte, count: 9))
            #expect(body.count < 10_000)
            let answer = try await school.patch(ChunkID(hashing: body), body)
            #expect(answer.status == 422 && answer.problem?.type == .contentTooLarge, "\(answer)")
        }
    }

    @Test("a part must say where it begins, whether it is the last, how long it is, and what it is")
    func headers() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let path = "/v1/frames/\(ChunkID(hashing: [1]).hex)"
            let good = [
                "Content-Type: application/partial-upload", "Upload-Offset: 0", "Upload-Complete: ?1",
                "Transfer-Encoding: identity",
            ]
            for (place, bad) in [
                (0, "Content-Type: text/plain"), (1, "Upload-Offset: -1"), (1, "Upload-Offset: many"),
                (2, "Upload-Complete: yes"), (3, "Transfer-Encoding: chunked"),
            ] {
                var headers = good
                headers[place] = bad
                let answer = try await school.curl("PATCH", path, headers: headers, body: [1, 2, 3])
                #expect(answer.status == 400 && answer.problem?.type == .malformed, "\(bad): \(answer)")
            }
            #expect(try await school.curl("HEAD", path).status == 404)
        }
    }

    @Test("a frame that is larger than the limit is refused before it is sent")
    func tooLarge() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let body = [UInt8](repeating: 7, count: FrameLimits.wire.maxBody + 1)
            let name = ChunkID(hashing: body)
            let answer = try await school.patch(name, body)
            #expect(answer.status == 413 && answer.problem?.type == .tooLarge)
            let atTheEnd = try await school.patch(name, [1, 2], offset: FrameLimits.wire.maxBody - 1)
            #expect(atTheEnd.status == 413)
            let farAway = try await school.curl(
                "PATCH", "/v1/frames/\(name.hex)",
                headers: [
                    "Content-Type: application/partial-upload", "Upload-Offset: 18446744073709551615",
                    "Upload-Complete: ?1",
                ], body: [1])
            #expect(farAway.status == 413)
            #expect(try await school.curl("HEAD", "/v1/frames/\(name.hex)").status == 404)
        }
    }

    @Test("curl's own way of asking first works without its second of waiting")
    func expectContinue() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let body = try frame([Self.chunk])
            let answer = try await school.curl(
                "PATCH", "/v1/frames/\(ChunkID(hashing: body).hex)",
                headers: [
                    "Content-Type: application/partial-upload", "Upload-Offset: 0", "Upload-Complete: ?1",
                    "Expect: 100-continue",
                ], body: body, options: ["--expect100-timeout", "50"])
            // Without a 100 curl would wait for 50 of its 60 seconds.
            #expect(answer.status == 201)
        }
    }

    @Test("which chunks are missing is answered for ids and for prefixes, and cut lists are refused")
    func missing() async throws {
        try await LiveStore.serving(storeLimits: Self.fewIDs) { store async throws in
            let school = try await store.school()
            try await school.bring([Self.chunk])
            let ids = [ChunkID(hashing: Self.chunk), ChunkID(hashing: [9])]
            let path = "/v1/chunks/missing"
            let whole = try await school.curl(
                "POST", path, headers: ["Content-Type: application/x-clix-ids"], body: ids.flatMap(\.bytes))
            #expect(whole.status == 200 && whole.body == [0b10])
            let prefixes = try await school.curl(
                "POST", path, headers: ["Content-Type: application/x-clix-prefixes"],
                body: MissingBitmap.prefixBody(ids))
            #expect(prefixes.status == 200 && prefixes.body == [0b10])
            for (type, count) in [("ids", 33), ("prefixes", 9)] {
                let cut = try await school.curl(
                    "POST", path, headers: ["Content-Type: application/x-clix-\(type)"],
                    body: [UInt8](repeating: 0, count: count))
                #expect(cut.status == 400)
                let tooMany = try await school.curl(
                    "POST", path, headers: ["Content-Type: application/x-clix-\(type)"],
                    body: [UInt8](repeating: 0, count: 101 * (type == "ids" ? 32 : 8)))
                #expect(tooMany.status == 413)
            }
            #expect(try await school.curl("POST", path, headers: ["Content-Type: text/plain"], body: [1]).status == 400)
        }
    }

    private static var fewIDs: StoreLimits {
        var limits = StoreLimits()
        limits.requestIDs = 100
        return limits
    }
}

extension RawTLS {
    /// Sends, and drops the connection without a word, as a link does that goes away.
    static func sendAndGoAway(_ bytes: [UInt8], to store: LiveStore) async throws {
        let script = """
            import socket, ssl, sys
            context = ssl.create_default_context(cafile=sys.argv[1])
            raw = socket.create_connection(("127.0.0.1", int(sys.argv[2])), 30)
            s = context.wrap_socket(raw, server_hostname="localhost")
            s.sendall(bytes.fromhex(sys.stdin.read()))
            s.shutdown(socket.SHUT_WR)
            s.close()
            """
        let authority = store.directory.tls + "/authority.pem"
        let port = String(store.port)
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        try await aside {
            let run = try Program.run(["python3", "-c", script, authority, port], input: hex)
            guard run.status == 0 else { throw StoreServerError(.control, run.errors) }
        }
    }
}
