import CentralStore
import Content
import NIOCore
import Testing
import Wire

@testable import StoreServer

@Suite("What a client is told of an error")
struct ProblemAnswerTests {
    private struct Unforeseen: Error, CustomStringConvertible { let description = "secret path /srv/keys" }

    @Test("inner failures and damage go to the journal; the client learns that something failed, and no more")
    func inner() throws {
        let errors: [any Error] = [
            Unforeseen(), StoreError(.damaged, "secret path /srv/keys"), StoreError(.storage, "secret path /srv/keys"),
            StoreError(.unknownChunk, "secret path /srv/keys"),
        ]
        for error in errors {
            let (answer, forJournal) = ProblemAnswer.make(for: error)
            #expect(answer.problem.type == .internal && answer.problem.status == 500)
            #expect(answer.response.headers[.retryAfter] == "60")
            #expect(!String(buffer: answer.body).contains("secret"))
            #expect(forJournal?.contains("secret path") == true)
        }
    }

    @Test("who is turned away is told when to come again, in the header and in the problem")
    func busy() {
        let answer = ProblemAnswer.make(for: WorkLane.Full(retryAfter: 7)).answer
        #expect(answer.problem.status == 503 && answer.problem.type == .busy && answer.problem.retryAfter == 7)
        #expect(answer.response.headers[.retryAfter] == "7")
        let decoding = ProblemAnswer.make(for: StoreError(.busy, "many schools", retryAfterSeconds: 10)).answer
        #expect(decoding.problem.status == 503 && decoding.response.headers[.retryAfter] == "10")
    }

    @Test("a full store answers 507 with its sentence")
    func full() {
        let answer = ProblemAnswer.make(for: StoreError(.storeFull, "the disk is full")).answer
        #expect(answer.problem.status == 507 && answer.problem.detail == "the disk is full.")
    }

    @Test("missing chunks are listed, and another offset is named")
    func details() {
        let chunk = ChunkID(hashing: [1])
        let missing = ProblemAnswer.make(for: StoreError(.missingChunks, "one is missing", chunks: [chunk])).answer
        #expect(missing.problem.chunks == [chunk] && missing.problem.status == 409)
        let offset = ProblemAnswer.make(for: StoreError(.offsetMismatch, "go on there", offset: 77)).answer
        #expect(offset.response.headers[.uploadOffset] == "77" && offset.problem.status == 409)
    }

    @Test("a connection that broke is nobody's fault, and no line in the journal")
    func broken() {
        for error in [ChannelError.ioOnClosedChannel, CancellationError()] as [any Error] {
            let (answer, forJournal) = ProblemAnswer.make(for: error)
            #expect(answer.problem.type == .timeout && forJournal == nil)
        }
    }
}
