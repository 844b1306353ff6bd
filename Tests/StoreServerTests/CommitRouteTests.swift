import Content
import Crypto
import Foundation
import LevelTree
import Testing
import Wire

@testable import StoreServer

@Suite("Commits")
struct CommitRouteTests {
    @Test("a commit gives a receipt that proves it, the same again when asked again, and one line in the journal")
    func receipt() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let file = try OneFile("first")
            try await school.bring(file.chunks)
            let wish = try file.commit(1)
            let receipt = try await school.commit(wish).decoded(Receipt.self, status: 201)
            let key = try Curve25519.Signing.PublicKey(rawRepresentation: #require(school.answer.receiptKeyBytes))
            #expect(receipt.isSigned(by: key) && receipt.answers(wish, of: school.answer.installation))
            #expect(try await school.commit(wish).decoded(Receipt.self, status: 201) == receipt)

            let hello = try await school.curl("GET", "/v1/hello").decoded(Hello.self, status: 200)
            #expect(hello.heads.map(\.snapshot) == [receipt.snapshot] && hello.highestSequence == 1)
            #expect(
                hello.chunkProfile == ChunkProfile.version && !hello.common
                    && abs(hello.time - Int64(Date().timeIntervalSince1970)) < 60)
            #expect(store.lines.all.filter { $0.contains("committed") }.count == 1)
        }
    }

    @Test("the tree shows what was committed when the receipt comes")
    func tree() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let file = try OneFile("first")
            try await school.bring(file.chunks)
            _ = try await school.commit(file.commit(1)).decoded(Receipt.self, status: 201)
            #expect(try store.folder.read("store/tree/2018/mz/2039150-mz150/gstudio/gstudio-logs/a.log") == "first")
        }
    }

    @Test("a wrong parent, a stale sequence, a reused one with other content: each is refused, and history stays")
    func history() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let (one, two) = (try OneFile("one"), try OneFile("two"))
            try await school.bring(one.chunks + two.chunks)
            let first = try await school.commit(one.commit(5)).decoded(Receipt.self, status: 201)
            let cases: [(CommitRequest, ProblemType)] = [
                (try two.commit(6), .wrongParent), (try two.commit(6, parent: ChunkID(hashing: [1])), .wrongParent),
                (try two.commit(4, parent: first.snapshot), .staleSequence), (try two.commit(5), .forked),
            ]
            for (wish, type) in cases {
                let answer = try await school.commit(wish)
                #expect(answer.status == 409 && answer.problem?.type == type, "\(answer)")
            }
            #expect(store.lines.all.contains { $0.contains("mz150: refused (forked)") })
            let hello = try await school.curl("GET", "/v1/hello").decoded(Hello.self, status: 200)
            #expect(hello.heads.map(\.snapshot) == [first.snapshot])
        }
    }

    @Test("a chunk of another school is missing just as one that nobody has")
    func privateChunks() async throws {
        try await LiveStore.serving { store async throws in
            let (mine, other) = (try await store.school(), try await store.school("rj280", code: "3099280"))
            let file = try OneFile("a secret of rj280")
            try await other.bring(file.chunks)
            let nobody = try OneFile("what nobody has")
            var problems: [Problem] = []
            for wish in [file, nobody] {
                try await mine.bring([Array("padding".utf8)])
                var problem = try #require(try await mine.commit(wish.commit(1)).problem)
                #expect(problem.type == .missingChunks && problem.status == 409)
                #expect(problem.chunks == [ChunkID(hashing: wish.manifest)])
                problem.chunks = nil
                problems.append(problem)
            }
            #expect(problems[0] == problems[1])
            // The manifest itself is mine; what it names is not.
            try await mine.bring([file.manifest])
            #expect(try await mine.commit(file.commit(1)).problem?.chunks == [ChunkID(hashing: file.content)])
        }
    }

    @Test("a manifest that is none, and a commit that is none, are refused with their reason")
    func invalid() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let noise = Array("no manifest".utf8)
            try await school.bring([noise])
            var wish = try OneFile("x").commit(1)
            wish.manifest = [ChunkID(hashing: noise)]
            let answer = try await school.commit(wish)
            #expect(answer.status == 422 && answer.problem?.type == .manifestInvalid, "\(answer)")
            let text = String(decoding: try WireCoding.encode(wish), as: UTF8.self)
            for bad in [text.replacing("gstudio-logs", with: "../../etc"), text.replacing("2018", with: "18"), "[]"] {
                let malformed = try await school.curl("POST", "/v1/snapshots", body: Array(bad.utf8))
                #expect(malformed.status == 400 && malformed.problem?.type == .malformed)
            }
        }
    }

    @Test("a report is taken, and one that is too large is not")
    func report() async throws {
        try await LiveStore.serving { store async throws in
            let school = try await store.school()
            let report = Report(version: "1.0.0", freeBytes: 1, clock: 2, errors: ["The link is down."])
            #expect(try await school.curl("POST", "/v1/reports", body: WireCoding.encode(report)).status == 204)
            let large = try await school.curl("POST", "/v1/reports", body: [UInt8](repeating: 0x20, count: 65 << 10))
            #expect(large.status == 413)
        }
    }
}
