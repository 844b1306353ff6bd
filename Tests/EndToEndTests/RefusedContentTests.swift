import Content
import Foundation
import Testing
import Wire

extension EndToEnd {
    @Suite("Content that is refused, with a sentence, and nothing changed")
    struct RefusedContent {
        let workspace: Workspace
        let store: StoreProcess
        let school: HandmadeSchool

        init() throws {
            workspace = try Workspace()
            store = try StoreProcess(in: workspace)
            try store.serve()
            school = try HandmadeSchool(at: store, in: workspace, code: store.addSchool())
        }

        /// The answer's kind, after making sure that it has a sentence and that the store is as whole as before.
        func refusal(_ answer: Curl.Answer) throws -> ProblemType? {
            #expect((answer.problem?.detail.count ?? 0) > 10, "\(answer)")
            try store.verifyEverything()
            #expect(try school.curl("GET", "/v1/hello").status == 200, "the store goes on")
            return answer.problem?.type
        }

        @Test("a frame whose body does not match its name")
        func otherBody() throws {
            let content = Array("some content".utf8)
            let frame = try HandmadeSchool.frame([content])
            #expect(try refusal(school.send(frame, as: ChunkID(hashing: [1, 2, 3]))) == .frameMismatch)
            #expect(try school.missing([ChunkID(hashing: content)]) == [true])
        }

        @Test("a frame that is cut short or is no frame")
        func malformedFrame() throws {
            let frame = try HandmadeSchool.frame([[UInt8](repeating: 1, count: 5000)])
            for wrong in [Array(frame.dropLast(3)), Array("no frame".utf8), frame + [0]] {
                #expect(try refusal(school.send(wrong)) == .frameMalformed)
            }
        }

        @Test("a chunk bomb: a small frame with huge content, honest or not, costs the store no memory")
        func bomb() throws {
            let chunks = [[UInt8]](repeating: [UInt8](repeating: 0, count: 2 << 20), count: 64)
            let honest = try HandmadeSchool.frame(chunks)
            // The same content under a header that tells of one chunk of 1000 bytes: magic, version, count, length.
            let payload = honest[(9 + 4 * chunks.count + 4)...]
            let lying = Array(honest[..<5]) + [1, 0, 0, 0, 0xE8, 3, 0, 0] + [0, 0, 0, 0] + payload
            #expect(honest.count < 100_000)
            let before = try store.memoryPeak()
            for bomb in [honest, lying] {
                let kind = try refusal(school.send(bomb))
                #expect(kind == .contentTooLarge || kind == .frameMalformed)
            }
            #expect(try store.memoryPeak() - before < 64 << 20)
        }

        /// A frame of the base and three bytes more that leans on it.
        func frame(leaningOn base: [[UInt8]]) throws -> [UInt8] {
            let content: [UInt8] = base.flatMap { $0 } + [1, 2, 3]
            return try content.withUnsafeBytes { content in
                try base.flatMap { $0 }.withUnsafeBytes {
                    try FrameEncoder().encode(
                        content: content, chunkLengths: [content.count], base: base.map { ChunkID(hashing: $0) },
                        baseContent: $0, level: 3)
                }
            }
        }

        @Test("a base that this school may not use")
        func foreignBase() throws {
            let base = [UInt8](repeating: 7, count: 3000)
            let frame = try frame(leaningOn: [base])
            #expect(try refusal(school.send(frame)) == .baseGone)
            // Once the base is this school's own, the same frame is good.
            try school.bring([base])
            #expect(try school.send(frame).status == 201)
            #expect(try school.missing([ChunkID(hashing: base + [1, 2, 3])]) == [false])
        }

        @Test("a base that is private to another school, and one that nobody has: one and the same answer")
        func privateBase() throws {
            let other = try HandmadeSchool(
                at: store, in: workspace, code: store.addSchool("rj280", code: "3099280"), id: "rj280",
                schoolCode: "3099280")
            func content(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 3000) }
            let (own, secret, unknown) = (content(1), content(2), content(3))
            try school.bring([own])
            // One that the other school only sent, and one that it committed.
            try other.bring([secret])
            try other.publish([.init(path: "secret.log", content: content(4))], sequence: 1)
            let pairs = [([secret], [unknown]), ([content(4)], [unknown]), ([own, secret], [own, unknown])]
            for (there, nowhere) in pairs {
                let answers = try [there, nowhere].map { try school.send(frame(leaningOn: $0)) }
                for answer in answers { #expect(try refusal(answer) == .baseGone) }
                #expect(answers[0].status == answers[1].status)
                #expect(answers[0].body == answers[1].body)
                let headers = answers.map { $0.headers.filter { $0.key != "date" } }
                #expect(headers[0] == headers[1])
            }
            #expect(try school.missing([secret, unknown].map { ChunkID(hashing: $0) }) == [true, true])
        }

        /// A manifest of two small files, with bytes of its paths replaced: same lengths, so nothing else moves.
        func manifest(_ first: String, _ second: String, replacing: [(String, String)]) throws -> [UInt8] {
            let content = Array("x".utf8)
            var text = try HandmadeSchool.manifest([
                .init(path: first, content: content), .init(path: second, content: content),
            ])
            for (old, new) in replacing {
                let (old, new) = (Array(old.utf8), Array(new.utf8))
                precondition(old.count == new.count)
                let start = try #require(text.indices.first { text[$0...].starts(with: old) })
                text.replaceSubrange(start..<start + old.count, with: new)
            }
            return text
        }

        @Test(
            "a manifest with a path out of the tree, a path twice, or paths out of order",
            arguments: [
                [("aa/x", "../x")], [("bbb/passwd", "/bb/passwd")], [("bbb/passwd", "bb//passwd")], [("aa/x", "aa/.")],
                [("aa/x", "cc/x")], [("aa/x", "bbbb"), ("bbb/passwd", "bbbb/asswd")], [("aa/x", "aa/\0")],
            ])
        func hostilePaths(replacing: [(String, String)]) throws {
            let hostile = try manifest("aa/x", "bbb/passwd", replacing: replacing)
            try school.bring([Array("x".utf8), hostile])
            let files = [HandmadeSchool.File(path: "a", content: [1]), .init(path: "b", content: [1])]
            let commit = try HandmadeSchool.commit("gstudio-logs", manifest: hostile, files: files, sequence: 1)
            #expect(try refusal(school.post(commit)) == .manifestInvalid)
            #expect(try store.snapshotCount(of: "gstudio-logs") == 0)
            #expect(try FileTree(store.tree).files.isEmpty)
        }

        @Test("a manifest with the same path twice")
        func duplicatePath() throws {
            let hostile = try manifest("one", "two", replacing: [("two", "one")])
            try school.bring([Array("x".utf8), hostile])
            let commit = try HandmadeSchool.commit("gstudio-logs", manifest: hostile, files: [], sequence: 1)
            #expect(try refusal(school.post(commit)) == .manifestInvalid)
        }

        @Test("a manifest of chunks that nobody has, and of chunks private to another school: one and the same answer")
        func foreignChunks() throws {
            let secret = Array("only at rj280".utf8)
            let other = try HandmadeSchool(
                at: store, in: workspace, code: store.addSchool("rj280", code: "3099280"), id: "rj280",
                schoolCode: "3099280")
            try other.publish([.init(path: "secret.log", content: secret)], sequence: 1)
            let unknown = Array("nowhere at all".utf8)
            #expect(try school.missing([ChunkID(hashing: secret), ChunkID(hashing: unknown)]) == [true, true])

            var answers: [String] = []
            for content in [secret, unknown] {
                let file = HandmadeSchool.File(path: "a.log", content: content)
                let manifest = try HandmadeSchool.manifest([file])
                try school.bring([manifest])
                let commit = try HandmadeSchool.commit("gstudio-logs", manifest: manifest, files: [file], sequence: 1)
                let answer = try school.post(commit)
                #expect(try refusal(answer) == .missingChunks)
                #expect(answer.problem?.chunks == [ChunkID(hashing: content)])
                answers.append(
                    String(decoding: answer.body, as: UTF8.self)
                        .replacingOccurrences(of: ChunkID(hashing: content).hex, with: "ID"))
            }
            #expect(answers[0] == answers[1])
            // Bringing it oneself makes it one's own, whoever else has it.
            try school.publish([.init(path: "a.log", content: secret)], sequence: 2)
            #expect(try store.snapshotCount(of: "gstudio-logs", school: "rj280") == 1)
        }

        @Test("bodies above the limits")
        func oversized() throws {
            let limits = try school.curl("GET", "/v1/hello").decoded(Hello.self, status: 200).limits
            let frame = [UInt8](repeating: 0, count: limits.maxFrameBody + 1)
            #expect(try refusal(school.send(frame)) == .tooLarge)
            let ids = [UInt8](repeating: 0, count: (limits.maxRequestIDs + 1) * ChunkID.byteCount)
            let asked = try school.curl(
                "POST", "/v1/chunks/missing", headers: ["Content-Type: \(WireCoding.idsType)"], body: ids)
            #expect(try refusal(asked) == .tooLarge)
            let commit = try school.curl(
                "POST", "/v1/snapshots", headers: HandmadeSchool.json, body: [UInt8](repeating: 32, count: 16 << 20))
            #expect(try refusal(commit) == .tooLarge)
        }

        @Test("a request that is not JSON, and a dataset that does not exist")
        func malformedRequests() throws {
            let text = try school.curl("POST", "/v1/snapshots", headers: HandmadeSchool.json, body: Array("{".utf8))
            #expect(try refusal(text) == .malformed)
            let file = HandmadeSchool.File(path: "a", content: [1])
            let manifest = try HandmadeSchool.manifest([file])
            let commit = try HandmadeSchool.commit("gstudio-logs", manifest: manifest, files: [file], sequence: 1)
            let other = String(decoding: try WireCoding.encode(commit), as: UTF8.self)
                .replacingOccurrences(of: "gstudio-logs", with: "gstudio-xyz")
            let answer = try school.curl("POST", "/v1/snapshots", headers: HandmadeSchool.json, body: Array(other.utf8))
            #expect(try refusal(answer) == .malformed)
        }
    }
}
