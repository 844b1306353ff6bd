import Content
import Foundation
import Synchronization
import Testing
import Wire

extension EndToEnd {
    /// Most of a school's server is what every other school's has: it is stored once, and nobody is to learn of it.
    @Suite("The same content at many schools", .timeLimit(.minutes(5)))
    struct SameContent {
        private struct School {
            let id: String
            let code: String
            let machine: SchoolMachine
        }

        private func schools(_ count: Int, of store: StoreProcess, in workspace: Workspace) throws -> [School] {
            let first = try SchoolMachine(in: workspace, named: "mz200", url: store.url)
            try first.make(day: 0, "--big-mb", "3")
            return try (0..<count).map { number in
                let (id, code) = ("mz20\(number)", "203920\(number)")
                let machine = number == 0 ? first : try SchoolMachine(in: workspace, named: id, url: store.url)
                if number > 0 { try ChildProcess.succeed("cp", "-a", "\(first.source)/home", machine.source) }
                return School(id: id, code: code, machine: machine)
            }
        }

        @Test("sent by five schools at once, while the operator seeds it and looks it through, is right for each")
        func atOnce() throws {
            let workspace = try Workspace()
            let store = try StoreProcess(in: workspace)
            try store.serve()
            let schools = try schools(5, of: store, in: workspace)
            for school in schools {
                try school.machine.callItself(school.id, code: school.code)
                let code = try store.addSchool(school.id, code: school.code)
                try school.machine.enroll(code, url: store.url).ended(with: 0)
            }
            for collecting in try schools.map({ try $0.machine.start("collect") }) {
                try collecting.wait(within: 300).ended(with: 0)
            }
            let data = "\(schools[0].machine.source)/home/core/data"
            let uploads = try schools.map { try $0.machine.start("upload") }
            var rounds = 0
            while rounds == 0 || uploads.contains(where: \.isRunning) {
                for folder in ["rcs-repo", "media"] {
                    try store.command("seed", "\(data)/\(folder)", "--name", "\(folder) \(rounds)").ended(with: 0)
                }
                try store.verifyEverything()
                rounds += 1
            }
            for upload in uploads { try upload.wait(within: 300).ended(with: 0) }
            for school in schools {
                let tree = "\(store.tree)/\(collectionYear)/mz/\(school.code)-\(school.id)"
                #expect(try Level.differences(tree: tree, source: school.machine.source) == [], "\(school.id)")
                #expect(try store.snapshotCount(of: "media", school: school.id) == 1)
            }
            try store.verifyEverything()
            store.kill()
            try store.command("rebuild").ended(with: 0)
            try store.verifyEverything()
        }

        // MARK: Who wants to know

        /// Asks all that a school can ask about some chunks, and keeps all that is answered, but for what is its own: time,
        /// ids and signatures. What those are replaced by is as long as they are.
        private struct Prober {
            let school: HandmadeSchool
            private(set) var answers: [String] = []

            init(_ id: String, _ code: String, at store: StoreProcess, in workspace: Workspace) throws {
                school = try HandmadeSchool(
                    at: store, in: workspace, code: store.addSchool(id, code: code), id: id, schoolCode: code)
            }

            mutating func keep(_ what: String, _ answer: Curl.Answer) {
                let headers = answer.headers.filter { $0.key != "date" }.map { "\($0.key): \($0.value)" }.sorted()
                let body = String(decoding: answer.body, as: UTF8.self)
                    .replacingOccurrences(of: school.installation.text, with: "installation")
                    .replacing(/[0-9a-f]{32,}/) { String(repeating: "x", count: $0.output.count) }
                    .replacing(/[0-9]/) { _ in "0" }
                    .replacing(/"[A-Za-z0-9+\/]{86}=*"/) { String(repeating: "s", count: $0.output.count) }
                answers.append("\(what): \(answer.status) \(headers) \(body)")
            }

            mutating func missing(_ contents: [[UInt8]], _ when: String) throws {
                let ids = contents.map { ChunkID(hashing: $0) }
                for (type, body) in [
                    (WireCoding.idsType, ids.flatMap(\.bytes)),
                    (WireCoding.prefixesType, MissingBitmap.prefixBody(ids)),
                ] {
                    let answer = try school.curl(
                        "POST", "/v1/chunks/missing", headers: ["Content-Type: \(type)"], body: body)
                    keep("missing \(when)", answer)
                    answers.append("bitmap \(answer.body)")
                }
            }

            /// A frame that leans on each of them.
            mutating func lean(on contents: [[UInt8]], _ when: String) throws {
                for content in contents {
                    let new = Array(content.prefix(9000)) + [1]
                    let frame = try new.withUnsafeBytes { new in
                        try content.withUnsafeBytes {
                            try FrameEncoder().encode(
                                content: new, chunkLengths: [new.count], base: [ChunkID(hashing: content)],
                                baseContent: $0, level: 3)
                        }
                    }
                    keep("base \(when)", try school.send(frame))
                }
            }

            /// - Parameter mine: chunks that this school has brought, which are between those that it has not.
            mutating func commit(_ contents: [[UInt8]], mine: [[UInt8]], sequence: UInt64, _ when: String) throws {
                let all = zip(contents, mine).flatMap { [$0, $1] }
                let files = all.enumerated().map {
                    HandmadeSchool.File(path: "\($0.offset)", content: $0.element)
                }
                let manifest = try HandmadeSchool.manifest(files)
                let commit = try HandmadeSchool.commit(
                    "gstudio-logs", manifest: manifest, files: files, sequence: sequence)
                keep("commit without its manifest \(when)", try school.post(commit))
                keep("its manifest \(when)", try school.send(HandmadeSchool.frame([manifest])))
                let answer = try school.post(commit)
                keep("commit \(when)", answer)
                let places = answer.problem?.chunks?.map { id in all.firstIndex { ChunkID(hashing: $0) == id } ?? -1 }
                answers.append("named \(places ?? [])")
            }

            /// In two parts, and once more when it is there.
            mutating func bring(_ contents: [[UInt8]]) throws {
                let frame = try HandmadeSchool.frame(contents)
                let path = "/v1/frames/\(ChunkID(hashing: frame).hex)"
                keep("is it there", try school.curl("HEAD", path))
                let part = try school.curl(
                    "PATCH", path,
                    headers: [
                        "Upload-Offset: 0", "Upload-Complete: ?0", "Content-Type: \(WireCoding.partialUploadType)",
                    ], body: Array(frame[..<5000]))
                keep("a part of a frame", part)
                keep("how much is there", try school.curl("HEAD", path))
                keep("the rest", try school.send(frame, offset: 5000))
                keep("is it there now", try school.curl("HEAD", path))
                keep("once more", try school.send(frame))
            }
        }

        @Test(
            "that one school has told the store is told to no other: by no status, header, size, or order of an answer")
        func secrecy() throws {
            let workspace = try Workspace()
            let store = try StoreProcess(in: workspace)
            try store.serve()
            var random = Killed.Seeded(state: 7)
            func contents() -> [[UInt8]] {
                (0..<4).map { _ in (0..<20_000).map { _ in .random(in: 0...255, using: &random) } }
            }
            let (secret, unheardOf, mine) = (contents(), contents(), contents())
            // One has them in a snapshot, another has part of the same frame in the waiting room.
            let owner = try Prober("mz200", "2039200", at: store, in: workspace).school
            try owner.publish(
                secret.enumerated().map { .init(path: "\($0.offset)", content: $0.element) }, sequence: 1)
            let half = try Prober("mz201", "2039201", at: store, in: workspace).school
            let frame = try HandmadeSchool.frame(secret)
            _ = try half.curl(
                "PATCH", "/v1/frames/\(ChunkID(hashing: frame).hex)",
                headers: ["Upload-Offset: 0", "Upload-Complete: ?0", "Content-Type: \(WireCoding.partialUploadType)"],
                body: Array(frame[..<30_000]))

            // Meanwhile the store has to do: what others send and the operator seeds must show in nothing either.
            let isOver = Mutex(false)
            // Each of them only starts programs.
            nonisolated(unsafe) let (others, operated) = (owner, store)
            let busy = DispatchGroup()
            let pristine = try workspace.folder("pristine")
            try workspace.write("image", to: "pristine/0")
            try store.command("seed", pristine, "--name", "image").ended(with: 0)
            DispatchQueue.global().async(group: busy) {
                for number in 1..<1000 {
                    if isOver.withLock({ $0 }) { return }
                    try? Data("image \(number)".utf8).write(to: URL(fileURLWithPath: "\(pristine)/\(number)"))
                    _ = try? operated.command("seed", pristine, "--name", "image")
                    _ = try? others.send(frame)
                }
            }
            var told: [[String]] = []
            for (id, code, wanted) in [("mz202", "2039202", secret), ("mz203", "2039203", unheardOf)] {
                var prober = try Prober(id, code, at: store, in: workspace)
                try prober.school.bring(mine)
                try prober.missing(wanted + mine, "before")
                try prober.lean(on: wanted, "before")
                try prober.commit(wanted, mine: mine, sequence: 1, "before")
                try prober.bring(wanted)
                try prober.missing(wanted + mine, "after")
                try prober.lean(on: wanted, "after")
                try prober.commit(wanted, mine: mine, sequence: 2, "after")
                prober.keep("hello", try prober.school.curl("GET", "/v1/hello"))
                told.append(prober.answers)
            }
            isOver.withLock { $0 = true }
            busy.wait()
            #expect(told[0].count == told[1].count)
            for (secret, unheardOf) in zip(told[0], told[1]) { #expect(secret == unheardOf) }
            // The questions were such that something could be learnt.
            let text = told[0].joined(separator: "\n")
            #expect(text.contains("base before: 409") && text.contains("base after: 201"))
            #expect(text.contains("commit before: 409") && text.contains("commit after: 201"))
            #expect(text.contains("bitmap [15]") && text.contains("bitmap [0]"))
            #expect(text.contains("named [0, 2, 4, 6]"))
            try store.verifyEverything()
        }
    }
}
