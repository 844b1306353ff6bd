import Content
import Crypto
import LevelTree
import Testing

@testable import Wire

@Suite("What school and store say to each other")
struct WireTests {
    private func request(sequence: UInt64 = 7) throws -> CommitRequest {
        CommitRequest(
            dataset: try #require(Dataset(name: "assessment-media/repository")), year: try Year(2018),
            sequence: sequence,
            parent: ChunkID(hashing: [1]), outcome: .partial, manifest: [ChunkID(hashing: [2])], files: 3, bytes: 4,
            started: 5, finished: 6, clockTrusted: true, shortfalls: [Shortfall(path: "a\\x0a", reason: "vanished")])
    }

    @Test("a commit is the same after it travelled")
    func commit() throws {
        let request = try request()
        let bytes = try WireCoding.encode(request)
        #expect(try WireCoding.decode(CommitRequest.self, from: bytes) == request)
        #expect(try WireCoding.encode(WireCoding.decode(CommitRequest.self, from: bytes)) == bytes)
    }

    @Test("an unknown dataset, a wrong year or id is refused while reading")
    func malformed() throws {
        let text = String(decoding: try WireCoding.encode(request()), as: UTF8.self)
        for (good, bad) in [("repository", "elsewhere"), ("2018", "18"), (ChunkID(hashing: [2]).hex, "00")] {
            let bytes = Array(text.replacing(good, with: bad).utf8)
            #expect(throws: (any Error).self) { try WireCoding.decode(CommitRequest.self, from: bytes) }
        }
    }

    @Test("a receipt proves this very commit, and no other")
    func receipt() throws {
        let key = Curve25519.Signing.PrivateKey()
        let installation = InstallationID.random()
        let request = try request()
        let receipt = try Receipt(
            installation: installation, dataset: request.dataset, year: request.year, sequence: request.sequence,
            manifest: request.manifestID, snapshot: request.snapshotID(of: installation), received: 9, key: key)
        #expect(receipt.isSigned(by: key.publicKey))
        #expect(receipt.answers(request, of: installation))
        #expect(try !receipt.answers(self.request(sequence: 8), of: installation))
        #expect(!receipt.answers(request, of: .random()))
        #expect(!receipt.isSigned(by: Curve25519.Signing.PrivateKey().publicKey))
        var forged = receipt
        forged.sequence = 8
        #expect(!forged.isSigned(by: key.publicKey))
        let travelled = try WireCoding.decode(Receipt.self, from: WireCoding.encode(receipt))
        #expect(travelled.isSigned(by: key.publicKey))
    }

    @Test("an enrolment code can be read aloud, typed in lower case, and broken over lines")
    func code() throws {
        let code = EnrolmentCode.random(authority: ChunkID(hashing: [1]))
        #expect(try EnrolmentCode(parsing: code.text) == code)
        #expect(try EnrolmentCode(parsing: code.text.lowercased().replacing("-", with: " \n")) == code)
        #expect(!code.text.dropFirst(6).contains { "ILOU".contains($0) })
    }

    @Test("a slip in an enrolment code is found")
    func slip() throws {
        let text = EnrolmentCode.random(authority: ChunkID(hashing: [1])).text
        for position in [8, 20, 50, text.count - 2] {
            var changed = Array(text)
            guard changed[position] != "-" else { continue }
            changed[position] = changed[position] == "7" ? "8" : "7"
            #expect(throws: EnrolmentCodeProblem.self) { try EnrolmentCode(parsing: String(changed)) }
        }
        #expect(throws: EnrolmentCodeProblem.slip) { try EnrolmentCode(parsing: String(text.dropLast(3))) }
        #expect(throws: EnrolmentCodeProblem.notACode) { try EnrolmentCode(parsing: "hello") }
    }

    @Test("secrets do not print")
    func secrets() {
        let token = Token.random()
        #expect(!"\(token)".contains(token.text))
        #expect(!String(reflecting: token).contains(token.text))
        let code = EnrolmentCode.random(authority: ChunkID(hashing: [1]))
        #expect(!"\(code)".contains(code.secretText))
    }

    @Test("a token has its form or is none")
    func token() {
        let token = Token.random()
        #expect(Token(token.text) == token)
        #expect(Token(token.text.dropLast() + "g") == nil)
        #expect(Token("") == nil)
    }

    @Test("a bitmap says which are missing")
    func bitmap() throws {
        var bitmap = MissingBitmap(count: 10)
        bitmap[0] = true
        bitmap[9] = true
        #expect(bitmap.bytes == [1, 2])
        let travelled = try #require(MissingBitmap(bytes: bitmap.bytes, count: 10))
        #expect((0..<10).filter { travelled[$0] } == [0, 9])
        #expect(MissingBitmap(bytes: [1], count: 10) == nil)
        let ids = [ChunkID(hashing: [1]), ChunkID(hashing: [2])]
        #expect(MissingBitmap.prefixes(in: MissingBitmap.prefixBody(ids)) == ids.map(\.prefix64))
        #expect(MissingBitmap.ids(in: ids.flatMap(\.bytes)) == ids)
        #expect(MissingBitmap.ids(in: [1]) == nil)
    }

    @Test("a problem of a kind that this program does not know stays readable")
    func problem() throws {
        let known = Problem(.storeFull, "The store has no space left.", retryAfter: 600)
        let bytes = try WireCoding.encode(known)
        #expect(String(decoding: bytes, as: UTF8.self).contains("https://clix-collect.org/problems/store-full"))
        #expect(try WireCoding.decode(Problem.self, from: bytes) == known)
        let unknown = Array(
            #"{"type":"https://clix-collect.org/problems/new","title":"New","status":418,"detail":"Text"}"#.utf8)
        let problem = try WireCoding.decode(Problem.self, from: unknown)
        #expect(problem.type.slug == "new")
        #expect(problem.status == 418)
    }
}
