import Content
import LevelTree
import Testing
import Wire

@testable import StoreServer

@Suite("Enrolment, and who may speak after it")
struct EnrolmentRouteTests {
    private func enrol(_ store: LiveStore, _ wish: EnrolmentRequest) async throws -> CurlAnswer {
        try await store.curl("POST", "/v1/enrolments", body: WireCoding.encode(wish))
    }

    @Test("a code and its repetition give the same installation; another machine with the used code gives none")
    func once() async throws {
        try await LiveStore.serving { store async throws in
            let code = try await store.addSchool()
            #expect(code.authority == store.authority.fingerprint)
            let token = Token.random()
            let wish = try LiveSchool.enrolment(code, token)
            let first = try await enrol(store, wish).decoded(EnrolmentAnswer.self, status: 201)
            #expect(first.directory == "2039150-mz150" && first.heads.isEmpty)
            let again = try await enrol(store, wish).decoded(EnrolmentAnswer.self, status: 201)
            #expect(again == first)
            let used = try await enrol(store, LiveSchool.enrolment(code, .random()))
            #expect(used.status == 403 && used.problem?.type == .codeUsed)
            #expect(try await store.curl("GET", "/v1/hello", token: token).status == 200)
            #expect(store.lines.all.contains { $0.contains("mz150: enrolled as installation \(first.installation)") })
        }
    }

    @Test("a wrong code, a code of another school, an image that nobody set up: each is refused with its reason")
    func refused() async throws {
        try await LiveStore.serving { store async throws in
            let code = try await store.addSchool()
            let unknown = try await enrol(
                store, LiveSchool.enrolment(.random(authority: store.authority.fingerprint), .random()))
            #expect(unknown.status == 403 && unknown.problem?.type == .codeUnknown)
            let other = try await enrol(store, LiveSchool.enrolment(code, .random(), id: "mz151"))
            #expect(other.status == 403 && other.problem?.type == .wrongServerID)
            #expect(other.problem?.detail.contains("mz150") == true && other.problem?.detail.contains("mz151") == true)
            let image = try await enrol(store, LiveSchool.enrolment(code, .random(), id: "sp100", code: "00000000"))
            #expect(image.status == 403)
            // Nothing of this used the code up.
            #expect(try await enrol(store, LiveSchool.enrolment(code, .random())).status == 201)
        }
    }

    @Test("what is no enrolment is refused with the place of the mistake")
    func malformed() async throws {
        try await LiveStore.serving { store async throws in
            for (body, word) in [
                ("{}", "'code' is missing"), (#"{"code":7}"#, "at 'code'"), ("hello", "not what this address takes"),
                ("", "not what this address takes"),
            ] {
                let answer = try await store.curl("POST", "/v1/enrolments", body: Array(body.utf8))
                #expect(answer.status == 400 && answer.problem?.type == .malformed)
                #expect(answer.problem?.detail.contains(word) == true, "\(answer)")
                #expect(answer.problem?.detail.hasSuffix("..") == false, "\(answer)")
            }
            let large = try await store.curl(
                "POST", "/v1/enrolments", body: [UInt8](repeating: 0x20, count: 17 << 10))
            #expect(large.status == 413 && large.problem?.type == .tooLarge)
        }
    }

    @Test("no token, a malformed one, an unknown one: 401, and nothing of the body is taken")
    func unauthorized() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let frame = ChunkID(hashing: [1, 2, 3])
            let routes = [
                ("GET", "/v1/hello"), ("POST", "/v1/chunks/missing"), ("PATCH", "/v1/frames/\(frame.hex)"),
                ("POST", "/v1/snapshots"), ("POST", "/v1/reports"),
            ]
            for (method, path) in routes {
                for headers in [[], ["Authorization: Bearer short"], ["Authorization: Basic eDp5"]] {
                    let answer = try await store.curl(
                        method, path, headers: headers, body: method == "GET" ? nil : [1, 2, 3])
                    #expect(answer.status == 401 && answer.problem?.type == .unauthorized, "\(method) \(path)")
                    #expect(answer.headers["www-authenticate"] == "Bearer")
                }
                let unknown = try await store.curl(
                    method, path, token: .random(), body: method == "GET" ? nil : [1, 2, 3])
                #expect(unknown.status == 401 && unknown.problem?.type == .unauthorized, "\(method) \(path)")
            }
            #expect(try await school.curl("HEAD", "/v1/frames/\(frame.hex)").status == 404)
        }
    }

    @Test("a revocation counts from the next request on, and a new machine revokes the one before")
    func revoked() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            #expect(try await school.curl("GET", "/v1/hello").status == 200)
            _ = try await store.command(.revoke(ServerID("mz150")))
            let refused = try await school.curl("GET", "/v1/hello")
            #expect(refused.status == 401 && refused.problem?.type == .revoked)
            let (first, second) = (Token.random(), Token.random())
            let code = try await store.newCode()
            #expect(try await enrol(store, LiveSchool.enrolment(code, first)).status == 201)
            let next = try await store.newCode()
            #expect(try await store.curl("GET", "/v1/hello", token: first).status == 200)
            #expect(try await enrol(store, LiveSchool.enrolment(next, second)).status == 201)
            #expect(try await store.curl("GET", "/v1/hello", token: first).problem?.type == .revoked)
            #expect(try await store.curl("GET", "/v1/hello", token: second).status == 200)
            #expect(store.lines.all.contains { $0.contains("refused (revoked)") })
        }
    }
}
