import Content
import Glibc
import LevelTree
import Testing

@testable import CentralStore

/// Full disks and failing fsyncs.
struct FaultTests {
    @Test(
        "a full disk changes nothing, whatever it cuts in two, and the store goes on after",
        arguments: [0, 10, 70, 300])
    func full(space: Int) throws {
        let memory = MemoryPacks()
        let test = try TestStore(packs: memory)
        let school = try test.school()
        let before = try test.dump()
        let packs = memory.ids.map { memory.bytes($0) }
        memory.fillUp(after: space)
        let error = try expectRefusal(.storeFull) { try school.send([noise(5000)]) }
        #expect(!error.isPermanent)
        #expect(error.code.problem == .storeFull)
        #expect(error.retryAfterSeconds != nil)
        #expect(try test.dump() == before)
        #expect(memory.ids.map { memory.bytes($0) } == packs)
        // The school need not send it again.
        let frame = ChunkID(hashing: try TestSchool.frame([noise(5000)]))
        let length = try TestSchool.frame([noise(5000)]).count
        #expect(try test.store.frameState(frame, for: school.me) == .partial(UInt64(length)))
        memory.fillUp(after: nil)
        try #require(try test.store.openFrame(frame, at: UInt64(length), for: school.me)).finish()
        #expect(try test.store.frameState(frame, for: school.me) == .kept(UInt64(length)))
    }

    @Test("a disk that is full when the first pack is begun leaves no litter")
    func fullAtOnce() throws {
        for space in [0, 10, 64, 65] {
            let memory = MemoryPacks()
            let test = try TestStore(packs: memory)
            memory.fillUp(after: space)
            for _ in 0..<3 { try expectRefusal(.storeFull) { _ = try test.school() } }
            #expect(memory.ids.count <= 1)
            test.store.close()
            try test.open()
            memory.fillUp(after: nil)
            _ = try test.school()
            try test.reopen()
            #expect(try test.store.schools().count == 1)
        }
    }

    @Test("after a failed fsync the pack is never touched again, and what was in doubt was answered with an error")
    func failedSync() throws {
        let memory = MemoryPacks()
        let test = try TestStore(packs: memory)
        let school = try test.school()
        let pack = try #require(memory.ids.first)
        let durable = memory.bytes(pack)
        let before = try test.dump()
        memory.failSync(EIO)
        memory.failTruncate(true)
        try expectRefusal(.storage) { try school.send([noise(5000)]) }
        #expect(try test.dump() == before)
        let doubtful = memory.bytes(pack)
        #expect(doubtful.count > durable.count)

        memory.failSync(nil)
        memory.failTruncate(false)
        try school.send([noise(5000)])
        #expect(memory.bytes(pack) == doubtful)
        #expect(memory.ids.count == 2)
        let after = try test.dump()
        try test.reopen()
        #expect(try test.dump() == after)
        #expect(try test.store.reader.read(ChunkID(hashing: noise(5000))) == noise(5000))
        // What was in doubt is no part of the history: there is one block, and it lies in the second pack.
        test.store.close()
        for suffix in ["", "-wal", "-shm"] { unlink(test.dataPath + "/catalog.sqlite" + suffix) }
        try test.open()
        #expect(try test.dump() == after)
    }

    @Test(
        "packs whose very first fsync fails do not count, whether they are still there or not",
        arguments: [true, false])
    func failedFirstSync(areLost: Bool) throws {
        let memory = MemoryPacks()
        let test = try TestStore(packs: memory)
        memory.failSync(EIO)
        memory.failTruncate(true)
        for _ in 0..<3 { try expectRefusal(.storage) { _ = try test.school() } }
        let doubtful = memory.ids
        memory.failSync(nil)
        memory.failTruncate(false)
        let school = try test.school()
        try school.send([noise(2000)])
        let after = try test.dump()
        test.store.close()
        if areLost { for pack in doubtful { memory.remove(pack) } }
        try test.open()
        #expect(try test.dump() == after)
        test.store.close()
        for suffix in ["", "-wal", "-shm"] { unlink(test.dataPath + "/catalog.sqlite" + suffix) }
        try test.open()
        #expect(try test.dump() == after)
    }

    @Test("a receipt that could not be made durable is not given, and the same commit again gets one")
    func failedCommit() throws {
        let memory = MemoryPacks()
        let test = try TestStore(packs: memory)
        let school = try test.school()
        let request = try school.request("rcs-repo", [school.entry("a", [1, 2, 3])])
        memory.failSync(EIO)
        try expectRefusal(.storage) { _ = try test.store.commit(request, from: school.me) }
        memory.failSync(nil)
        #expect(try test.store.snapshots(school: school.server, dataset: nil, year: nil).isEmpty)
        let receipt = try test.store.commit(request, from: school.me)
        #expect(receipt.answers(request, of: school.answer.installation))
        #expect(try school.files("rcs-repo") == ["a": "\u{1}\u{2}\u{3}"])
    }

    // Needs a small filesystem of its own for the catalog, whose packs lie elsewhere: root that may mount.
    @Test(
        "a catalog that cannot be written is caught up before anything else is decided", .enabled(if: Machine.canMount))
    func fullCatalog() throws {
        let small = try SmallDisk(megabytes: 1)
        let memory = MemoryPacks()
        let test = try TestStore(packs: memory, data: small.path("store"))
        let school = try test.school()
        let request = try school.request("rcs-repo", [school.entry("a", [1, 2, 3])])
        try small.fill()
        let error = #expect(throws: StoreError.self) {
            // Small transactions may still fit into pages that are there.
            for number in 0..<2000 { try school.send([noise(64, seed: UInt64(number + 10))]) }
        }
        #expect(error?.code == .storeFull, "\(error?.message ?? "")")
        try small.empty()
        let receipt = try test.store.commit(request, from: school.me)
        #expect(receipt.answers(request, of: school.answer.installation))
        let after = try test.dump()
        test.store.close()
        for suffix in ["", "-wal", "-shm"] { unlink(test.dataPath + "/catalog.sqlite" + suffix) }
        try test.open()
        #expect(try test.dump() == after)
        test.store.close()
    }

    // Needs a tmpfs: root that may mount.
    @Test("a store on a full disk refuses, keeps all, and goes on when there is space", .enabled(if: Machine.canMount))
    func fullDisk() throws {
        let small = try SmallDisk(megabytes: 4)
        let test = try TestStore(data: small.path("store"))
        let school = try test.school()
        try school.commit("rcs-repo", ["a": "one"])
        try small.fill()
        for number in 0..<3 {
            try expectRefusal(.storeFull) { try school.send([noise(100_000, seed: UInt64(number + 1))]) }
        }
        #expect(try school.files("rcs-repo") == ["a": "one"])
        try small.empty()
        try school.send([noise(100_000, seed: 1)])
        try school.commit("rcs-repo", ["a": "two"])
        try test.reopen()
        #expect(try school.files("rcs-repo") == ["a": "two"])
        test.store.close()
    }
}

/// A filesystem of a few megabytes that a test can fill.
final class SmallDisk {
    private let folder: TestFolder
    private var isMounted = false

    init(megabytes: Int) throws {
        folder = try TestFolder()
        try folder.makeFolder("disk")
        try #require(mount("none", folder.path("disk"), "tmpfs", 0, "size=\(megabytes)m") == 0)
        isMounted = true
    }

    deinit { if isMounted { umount2(folder.path("disk"), Int32(MNT_DETACH)) } }

    func path(_ inner: String) -> String { folder.path("disk/" + inner) }

    /// Takes all the space that is left.
    func fill() throws {
        let file = try OpenFile(path("filling"), flags: O_WRONLY | O_CREAT)
        let page = [UInt8](repeating: 1, count: 4096)
        var offset: UInt64 = 0
        while (try? page.withUnsafeBytes { try file.write($0, at: offset) }) != nil { offset += 4096 }
    }

    func empty() throws { try #require(unlink(path("filling")) == 0) }
}
