import Content
import LevelTree
import Synchronization
import Testing
import Wire

@testable import CentralStore

struct CommitTests {
    private let test: TestStore
    private let school: TestSchool

    init() throws {
        test = try TestStore()
        school = try test.school()
    }

    private func history(_ dataset: String? = nil) throws -> [SnapshotRecord] {
        try test.store.snapshots(school: school.server, dataset: dataset.flatMap { Dataset(name: $0) }, year: nil)
    }

    @Test("a commit becomes a snapshot with everything that was told, and a receipt that proves it")
    func commits() throws {
        var request = try school.request("rcs-repo", [school.entry("Nodes/a", [1, 2]), school.entry("b", [])])
        request.outcome = .partial
        request.clockTrusted = false
        request.shortfalls = [Shortfall(path: "c", reason: "cannot be read: permission denied")]
        let seen = Mutex<[SnapshotRecord]>([])
        test.store.onCommit { snapshot in seen.withLock { $0.append(snapshot) } }
        let receipt = try test.store.commit(request, from: school.me)
        #expect(receipt.isSigned(by: test.receiptKey.publicKey))
        #expect(receipt.answers(request, of: school.answer.installation))
        #expect(receipt.received == test.clock.now)
        let snapshot = try #require(try history().first)
        #expect(snapshot.id == receipt.snapshot)
        #expect(snapshot.directory == "2039150-mz150")
        #expect(snapshot.installation == school.answer.installation)
        #expect((snapshot.files, snapshot.bytes) == (2, 2))
        #expect(snapshot.effective == snapshot.manifest)
        #expect((snapshot.outcome, snapshot.clockTrusted) == (.partial, false))
        #expect(snapshot.shortfalls == request.shortfalls)
        #expect(seen.withLock { $0 } == [snapshot])
        var entries: [ManifestEntry] = []
        try test.store.forEachEntry(of: snapshot) { entries.append($0) }
        #expect(entries == [try school.entry("Nodes/a", [1, 2]), try school.entry("b", [])])
    }

    @Test("telling of a commit takes no more of the stack after a thousand of them")
    func toldOfMany() throws {
        try test.store.commit(school.request("rcs-repo", [school.entry("a", [1])]), from: school.me)
        let snapshot = try #require(try history().first)
        let stack = Mutex<[UInt]>([])
        test.store.onCommit { _ in
            var here = 0
            let address = withUnsafePointer(to: &here) { UInt(bitPattern: $0) }
            stack.withLock { $0.append(address) }
        }
        for _ in 0..<1_000 { test.store.noteCommit(snapshot) }
        let depths = stack.withLock { $0 }
        #expect(depths.count == 1_000)
        #expect(try #require(depths.first) - #require(depths.min()) < 16 << 10)
    }

    @Test("a clock that was set back during the collection costs its trust, and nothing of the data")
    func clockSetBack() throws {
        var request = try school.request("rcs-repo", [school.entry("a", [1])])
        request.finished = request.started - 19_800_000
        let receipt = try test.store.commit(request, from: school.me)
        let snapshot = try #require(try history().first)
        #expect(receipt.answers(request, of: school.answer.installation) && snapshot.id == receipt.snapshot)
        #expect((snapshot.started, snapshot.finished) == (request.started, request.finished))
        #expect(!snapshot.clockTrusted)
        #expect(try test.store.commit(request, from: school.me) == receipt)
    }

    @Test(
        "a number that is no time is refused, and the last one of the year 9999 is taken",
        arguments: [
            (0, 0, true), (253_402_300_799_999, 253_402_300_799_999, true), (-1, 0, false), (0, -1, false),
            (0, 253_402_300_800_000, false), (Int64.max, Int64.max, false), (Int64.min, 0, false),
        ] as [(Int64, Int64, Bool)])
    func times(started: Int64, finished: Int64, isTaken: Bool) throws {
        var request = try school.request("rcs-repo", [school.entry("a", [1])])
        (request.started, request.finished) = (started, finished)
        if isTaken {
            _ = try test.store.commit(request, from: school.me)
        } else {
            let error = try expectRefusal(.malformed) { _ = try test.store.commit(request, from: school.me) }
            #expect(error.message.contains("milliseconds since 1970"))
        }
    }

    @Test("the same commit again gives the same receipt, also much later, and makes nothing new")
    func again() throws {
        let request = try school.request("rcs-repo", [school.entry("a", [1])])
        let receipt = try test.store.commit(request, from: school.me)
        test.clock.advance(days: 1)
        #expect(try test.store.commit(request, from: school.me) == receipt)
        try school.commit("rcs-repo", ["a": "2"])
        try test.reopen()
        #expect(try test.store.commit(request, from: school.me) == receipt)
        #expect(try history().count == 2)
    }

    @Test("the same sequence with another manifest is a fork: refused, and shown to the operator once")
    func fork() throws {
        try school.commit("rcs-repo", ["a": "1"])
        var clone = try school.request("rcs-repo", [school.entry("a", [9])])
        clone.sequence = 1
        clone.parent = nil
        for _ in 0..<3 { try expectRefusal(.forked) { _ = try test.store.commit(clone, from: school.me) } }
        #expect(try test.store.school(named: "mz150").forks == 1)
        // Sequences belong to the installation, not to a dataset.
        clone.dataset = try #require(Dataset(name: "db"))
        try expectRefusal(.forked) { _ = try test.store.commit(clone, from: school.me) }
        #expect(try test.store.school(named: "mz150").forks == 2)
        #expect(try history().count == 1)
    }

    @Test(
        "a sequence that is not above the last of its dataset and year is stale; gaps and other datasets are no matter")
    func sequences() throws {
        var request = try school.request("rcs-repo", [school.entry("a", [1])])
        request.sequence = 10
        let first = try test.store.commit(request, from: school.me)
        request.sequence = 9
        request.parent = first.snapshot
        let error = try expectRefusal(.staleSequence) { _ = try test.store.commit(request, from: school.me) }
        #expect(error.message.contains("10") && error.message.contains("9"))
        // A lower one of another dataset was only slower on its way.
        request.parent = nil
        request.dataset = try #require(Dataset(name: "media"))
        _ = try test.store.commit(request, from: school.me)
        request.sequence = 8
        request.year = try Year(2019)
        request.dataset = try #require(Dataset(name: "rcs-repo"))
        _ = try test.store.commit(request, from: school.me)
        #expect(try test.store.hello(school.me).highestSequence == 10)
        request.sequence = 0
        try expectRefusal(.malformed) { _ = try test.store.commit(request, from: school.me) }
        request.sequence = .max
        try expectRefusal(.malformed) { _ = try test.store.commit(request, from: school.me) }
    }

    @Test("a commit that does not follow the last one is refused, naming both")
    func parents() throws {
        let first = try school.commit("rcs-repo", ["a": "1"])
        let wrong: [SnapshotID?] = [nil, ChunkID(hashing: [1]), try school.commit("db", ["a": "1"]).snapshot]
        for parent in wrong {
            var request = try school.request("rcs-repo", [school.entry("a", [2])])
            request.parent = parent
            let error = try expectRefusal(.wrongParent) { _ = try test.store.commit(request, from: school.me) }
            #expect(error.message.contains(first.snapshot.hex))
        }
        var request = try school.request("rcs-repo", [school.entry("a", [2])], year: 2019)
        request.parent = first.snapshot
        try expectRefusal(.wrongParent) { _ = try test.store.commit(request, from: school.me) }
        #expect(try history("rcs-repo").count == 1)
    }

    @Test("chunks that nobody has, and those that are private to another school, are missing alike")
    func missingChunks() throws {
        let other = try test.school("rj280", "3099280")
        let secret = noise(9000)
        try other.send([secret])
        let unknown = noise(9000, seed: 2)
        let entries = [
            try school.entry("a", [1]), try school.entry("b", secret, sending: false),
            try school.entry("c", unknown, sending: false), try school.entry("d", unknown, sending: false),
        ]
        let request = try school.request("rcs-repo", entries)
        let before = try test.dump()
        let error = try expectRefusal(.missingChunks) { _ = try test.store.commit(request, from: school.me) }
        #expect(error.chunks == [secret, unknown].map { ChunkID(hashing: $0) })
        #expect(try test.dump() == before)
        // One alone, and the other alone: the same words.
        let words = try [secret, unknown].map { content in
            let request = try school.request("rcs-repo", [school.entry("b", content, sending: false)])
            let error = try expectRefusal(.missingChunks) { _ = try test.store.commit(request, from: school.me) }
            #expect(error.chunks == [ChunkID(hashing: content)])
            return error.message
        }
        #expect(words[0] == words[1])
        // Even a length that would be wrong is not looked at in a chunk that is not this school's.
        var lying = entries[1]
        lying.size = 5
        lying.chunks = [ChunkReference(id: ChunkID(hashing: secret), length: 5)]
        let liar = try school.request("rcs-repo", [lying])
        try expectRefusal(.missingChunks) { _ = try test.store.commit(liar, from: school.me) }
        // Sent after all, it goes.
        try school.send([secret, unknown])
        _ = try test.store.commit(request, from: school.me)
    }

    @Test("a manifest whose own chunks are missing is answered with their ids")
    func missingManifest() throws {
        var request = try school.request("rcs-repo", [school.entry("a", [1])])
        let unknown = (1...5).map { ChunkID(hashing: [UInt8($0), 77]) }
        request.manifest += unknown
        let error = try expectRefusal(.missingChunks) { _ = try test.store.commit(request, from: school.me) }
        #expect(error.chunks == unknown)
    }

    @Test("the list of missing chunks is bounded")
    func boundedMissing() throws {
        let test = try TestStore { $0.listedMissing = 3 }
        let school = try test.school()
        let entries = try (1...9).map { try school.entry("f\($0)", [UInt8($0), 99], sending: false) }
        let request = try school.request("rcs-repo", entries)
        let error = try expectRefusal(.missingChunks) { _ = try test.store.commit(request, from: school.me) }
        #expect(error.chunks.count == 3)
    }

    @Test("a snapshot of a common file needs nothing sent")
    func common() throws {
        try test.folder.makeFolder("pristine")
        try test.folder.write("factory", to: "pristine/f")
        _ = try test.store.seed(test.folder.path("pristine"), name: "image")
        let entry = try school.entry("media/f", Array("factory".utf8), sending: false)
        try school.commit("media", entries: [entry])
        #expect(try school.files("media") == ["media/f": "factory"])
    }

    @Test("requests that break their own form are refused")
    func malformed() throws {
        let good = try school.request("rcs-repo", [school.entry("a", [1])])
        var failed = good
        failed.outcome = .failed
        var empty = good
        empty.manifest = []
        var long = good
        long.manifest = [ChunkID](repeating: good.manifest[0], count: CommitRequest.maximumManifestChunks + 1)
        var talkative = good
        talkative.shortfalls = [Shortfall](
            repeating: Shortfall(path: "a", reason: "b"), count: CommitRequest.maximumShortfalls + 1)
        var windy = good
        windy.shortfalls = [Shortfall(path: "a", reason: String(repeating: "b", count: 1001))]
        for request in [failed, empty, long, talkative, windy] {
            try expectRefusal(.malformed) { _ = try test.store.commit(request, from: school.me) }
        }
        _ = try test.store.commit(good, from: school.me)
    }

    @Test("a school's history is its own: another school's token commits to that school alone")
    func otherToken() throws {
        let other = try test.school("rj280", "3099280")
        try school.commit("rcs-repo", ["a": "1"])
        try other.commit("rcs-repo", ["b": "2"])
        #expect(try school.files("rcs-repo") == ["a": "1"])
        #expect(try other.files("rcs-repo") == ["b": "2"])
        #expect(try test.store.currentSnapshots().map(\.directory) == ["2039150-mz150", "3099280-rj280"])
        let mine = try history()
        #expect(
            try test.store.snapshots(school: other.server, dataset: nil, year: nil).allSatisfy { !mine.contains($0) })
    }
}
