import Content
import Foundation
import Testing
import Wire

@testable import StoreServer

@Suite("What anybody may ask the service")
struct PublicRouteTests {
    @Test("its health, and the authority's certificate")
    func open() async throws {
        try await LiveStore.serving { store async throws in
            let health = try await store.curl("GET", "/health")
            #expect(health.status == 200)
            #expect(String(decoding: health.body, as: UTF8.self) == #"{"status":"ok"}"#)
            let certificate = try await store.curl("GET", "/v1/ca")
            #expect(certificate.status == 200)
            #expect(String(decoding: certificate.body, as: UTF8.self) == store.authority.certificatePEM)
        }
    }

    @Test("an unknown address, and a known one with another method, are problems")
    func unknown() async throws {
        try await LiveStore.serving { store async throws in
            for (method, path) in [
                ("GET", "/"), ("GET", "/v1/nothing"), ("DELETE", "/v1/snapshots"), ("GET", "/v1/frames/x"),
            ] {
                let answer = try await store.curl(method, path)
                #expect(answer.status == 404)
                #expect(answer.headers["content-type"] == "application/problem+json")
                let problem = try #require(answer.problem)
                #expect(problem.type == .notFound && problem.status == 404 && problem.title == "Not found")
                #expect(problem.detail == "This store has nothing at \(method) \(path).")
            }
            let head = try await store.curl("HEAD", "/v1/nothing")
            #expect(head.status == 404 && head.exit == 0)
        }
    }

    @Test("a problem is problem details as RFC 9457 has them")
    func problemDetails() async throws {
        try await LiveStore.serving { store async throws in
            let answer = try await store.curl("GET", "/v1/hello")
            let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
            #expect(object?["type"] as? String == "https://clix-collect.org/problems/unauthorized")
            #expect(object?["title"] as? String == "Not enrolled")
            #expect(object?["status"] as? Int == 401)
            #expect((object?["detail"] as? String)?.contains("clix-collectd enroll") == true)
            #expect(object?.count == 4)
        }
    }

    @Test("a client with another authority does not connect, nor one with an old TLS")
    func trust() async throws {
        let other = try TemporaryFolder()
        _ = try Authority.make(in: other.path + "/tls", hosts: [HostName("127.0.0.1")])
        try await LiveStore.serving { store async throws in
            let url = "https://127.0.0.1:\(store.port)/health"
            let wrong = try await aside {
                try CurlAnswer.ask(
                    "GET", url, authority: other.path + "/tls/authority.pem", headers: [], body: nil, options: [])
            }
            #expect(wrong.exit == 60 && wrong.status == 0)
            let old = try await store.curl(
                "GET", "/health", options: ["--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"])
            #expect(old.exit == 35 && old.status == 0)
            let oldEnough = try await store.curl("GET", "/health", options: ["--tls-max", "1.2"])
            #expect(oldEnough.status == 200)
        }
    }

    @Test("the handshake is small: the chain is one certificate")
    func handshake() async throws {
        try await LiveStore.serving { store async throws in
            let port = store.port
            let authority = store.directory.tls + "/authority.pem"
            let shown = try await aside {
                try Program.run([
                    "openssl", "s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", authority,
                    "-verify_return_error",
                    "-showcerts",
                ])
            }
            #expect(shown.output.components(separatedBy: "BEGIN CERTIFICATE").count == 2)
            let words = shown.output.split(whereSeparator: \.isWhitespace).map(String.init)
            let place = try #require(words.firstIndex(of: "read"))
            let (read, written) = (try #require(Int(words[place + 1])), try #require(Int(words[place + 5])))
            #expect(read < 1500 && written < 1000, "read \(read), written \(written)")
        }
    }
}
