import Content
import Testing
import Wire

@testable import StoreServer

@Suite("Bounds on what a connection may do")
struct BoundsTests {
    private static var impatient: ServiceLimits {
        var limits = ServiceLimits()
        limits.minimumBodyBytes = 1000
        limits.minimumBodyPeriod = .milliseconds(300)
        limits.idle = .milliseconds(500)
        return limits
    }

    @Test("a body that stops coming loses its connection; the service goes on")
    func stalledBody() async throws {
        try await LiveStore.serving(limits: Self.impatient) { store async throws in
            let school = try await store.school()
            let head = head(
                "PATCH /v1/frames/\(ChunkID(hashing: [1]).hex)",
                [
                    "Authorization: Bearer \(school.token.text)", "Content-Type: application/partial-upload",
                    "Upload-Offset: 0", "Upload-Complete: ?1", "Content-Length: 100000",
                ])
            // Returns only when the service ends the connection.
            let answer = try await RawTLS.exchange(head + [1, 2, 3], with: store)
            #expect(!answer.contains("201"))
            #expect(try await school.curl("GET", "/v1/hello").status == 200)
        }
    }

    @Test("a header that does not come to its end, and a connection that says nothing, are closed")
    func idle() async throws {
        try await LiveStore.serving(limits: Self.impatient) { store async throws in
            #expect(try await RawTLS.exchange(Array("GET /health HTTP/1.1\r\nHo".utf8), with: store) == "")
            #expect(try await RawTLS.exchange([], with: store) == "")
            #expect(try await store.curl("GET", "/health").status == 200)
        }
    }

    @Test("what is no HTTP gets a problem, and a header that is too large as well")
    func noHTTP() async throws {
        try await LiveStore.serving { store async throws in
            let noise = try await RawTLS.exchange(Array("SSH-2.0-OpenSSH_9.2\r\n\r\n".utf8), with: store)
            #expect(noise.hasPrefix("HTTP/1.1 400 ") && noise.contains("application/problem+json"))
            #expect(noise.contains("problems/malformed"))
            let large = head("GET /health", ["X-Large: " + String(repeating: "x", count: 40_000)])
            let answer = try await RawTLS.exchange(large, with: store)
            #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.contains("problems/too-large"))
        }
    }

    @Test("an early answer ends the connection once the rest was read, so no rest is taken for a request")
    func earlyAnswer() async throws {
        try await LiveStore.serving { store async throws in
            // More than the buffers on the way can hold, so that the answer comes first.
            let size = 8_000_000
            let request = head("POST /v1/snapshots", ["Content-Length: \(size)"])
            let smuggled = head("GET /health", [])
            let filled = smuggled + [UInt8](repeating: 0x20, count: size - smuggled.count)
            let answer = try await RawTLS.exchange(request + filled, with: store)
            #expect(answer.hasPrefix("HTTP/1.1 401 "))
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
        }
    }

    @Test("a chunked body is counted as it comes")
    func chunkedBody() async throws {
        try await LiveStore.serving { store async throws in
            let answer = try await store.curl(
                "POST", "/v1/enrolments", headers: ["Transfer-Encoding: chunked"],
                body: [UInt8](repeating: 0x20, count: 1 << 20))
            #expect(answer.status == 413 && answer.problem?.type == .tooLarge)
            #expect(answer.headers["connection"] == "close")
        }
    }

    @Test("connections beyond the limit wait, and are served when others end")
    func connections() async throws {
        var limits = ServiceLimits()
        limits.connections = 2
        try await LiveStore.serving(limits: limits) { store async throws in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 { group.addTask { try await store.curl("GET", "/health").status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == [Int](repeating: 200, count: 8))
        }
    }
}
