import Content
import Crypto
import Foundation
import Testing
import Wire

extension EndToEnd {
    @Suite("Commits that would bend the history")
    struct RefusedHistory {
        let workspace: Workspace
        let store: StoreProcess
        let school: HandmadeSchool
        let first: Receipt

        init() throws {
            workspace = try Workspace()
            store = try StoreProcess(in: workspace)
            try store.serve()
            school = try HandmadeSchool(at: store, in: workspace, code: store.addSchool())
            first = try school.publish([.init(path: "a.log", content: Array("first".utf8))], sequence: 5)
        }

        /// Posts a commit with new content, which is refused, and leaves tree and history as they were.
        func refused(sequence: UInt64, parent: SnapshotID?, _ content: String = "second") throws -> ProblemType? {
            let file = HandmadeSchool.File(path: "a.log", content: Array(content.utf8))
            let manifest = try HandmadeSchool.manifest([file])
            try school.bring([file.content, manifest])
            let commit = try HandmadeSchool.commit(
                "gstudio-logs", manifest: manifest, files: [file], sequence: sequence, parent: parent)
            let answer = try school.post(commit)
            #expect((answer.problem?.detail.count ?? 0) > 10, "\(answer)")
            let tree = "\(store.tree)/\(collectionYear)/mz/2039150-mz150/gstudio/gstudio-logs/a.log"
            #expect(try String(contentsOfFile: tree, encoding: .utf8) == "first")
            #expect(try store.snapshotCount(of: "gstudio-logs") == 1)
            try store.verifyEverything()
            return answer.problem?.type
        }

        @Test("a sequence below the last one")
        func staleSequence() throws {
            #expect(try refused(sequence: 4, parent: first.snapshot) == .staleSequence)
        }

        @Test("a sequence again, with another manifest: a fork")
        func reusedSequence() throws {
            #expect(try refused(sequence: 5, parent: nil) == .forked)
        }

        @Test("a parent that is not the last commit", arguments: [nil, ChunkID(hashing: [1])] as [ChunkID?])
        func wrongParent(parent: ChunkID?) throws {
            #expect(try refused(sequence: 6, parent: parent) == .wrongParent)
        }

        @Test("the same commit again gives the same receipt, and no second snapshot")
        func repeated() throws {
            let file = HandmadeSchool.File(path: "b.log", content: Array("b".utf8))
            let manifest = try HandmadeSchool.manifest([file])
            try school.bring([file.content, manifest])
            let commit = try HandmadeSchool.commit(
                "gstudio-logs", manifest: manifest, files: [file], sequence: 6, parent: first.snapshot)
            let once = try school.post(commit)
            let again = try school.post(commit)
            #expect(once.body == again.body && [200, 201].contains(again.status))
            #expect(try store.snapshotCount(of: "gstudio-logs") == 2)
        }

        @Test("another school's token adds to its own history only")
        func otherToken() throws {
            let other = try HandmadeSchool(
                at: store, in: workspace, code: store.addSchool("rj280", code: "3099280"), id: "rj280",
                schoolCode: "3099280")
            let file = HandmadeSchool.File(path: "a.log", content: Array("forged".utf8))
            let manifest = try HandmadeSchool.manifest([file])
            try other.bring([file.content, manifest])
            let commit = try HandmadeSchool.commit(
                "gstudio-logs", manifest: manifest, files: [file], sequence: 9, parent: first.snapshot)
            #expect(try other.post(commit).problem?.type == .wrongParent)
            try other.publish([file], sequence: 10)
            let mine = "\(store.tree)/\(collectionYear)/mz/2039150-mz150/gstudio/gstudio-logs/a.log"
            let theirs = "\(store.tree)/\(collectionYear)/rj/3099280-rj280/gstudio/gstudio-logs/a.log"
            #expect(try String(contentsOfFile: mine, encoding: .utf8) == "first")
            #expect(try String(contentsOfFile: theirs, encoding: .utf8) == "forged")
            #expect(try store.snapshotCount(of: "gstudio-logs") == 1)
        }

        @Test("a receipt is signed by the key that enrolment gave")
        func signature() throws {
            let key = try Curve25519.Signing.PublicKey(rawRepresentation: school.receiptKey)
            #expect(first.isSigned(by: key))
        }
    }
}
