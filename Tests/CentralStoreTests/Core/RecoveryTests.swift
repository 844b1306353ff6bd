import Content
import GRDB
import Glibc
import LevelTree
import Testing

@testable import CentralStore

struct RecoveryTests {
    /// Two schools, shared chunks, a snapshot, a seed, a revocation, a fork: something of everything.
    private func fill(_ test: TestStore) throws -> TestSchool {
        let school = try test.school()
        let other = try test.school("rj280", "3099280")
        try school.send([noise(5000), Array("shared".utf8)])
        try other.send([Array("shared".utf8)])
        try school.commit("system-heartbeat", ["a.log": "one"])
        try school.commit("system-heartbeat", ["b.log": "two"])
        try other.commit("rcs-repo", ["Nodes/a": "x"])
        try test.folder.makeFolder("pristine")
        try test.folder.write("factory", to: "pristine/f")
        try test.folder.write("shared", to: "pristine/g")
        _ = try test.store.seed(test.folder.path("pristine"), name: "image")
        var fork = try school.request("db", [school.entry("x", [1])])
        fork.sequence = 1
        try expectRefusal(.forked) { _ = try test.store.commit(fork, from: school.me) }
        try test.store.revoke(ServerID("rj280"))
        _ = try test.store.makeCode(for: ServerID("rj280"))
        try test.store.setSchool(ServerID("rj280"), code: nil, name: "R & S / T")
        return school
    }

    @Test("a catalog that is made anew from the packs equals the old one", arguments: [UInt64(64 << 20), 3000])
    func rebuild(packBytes: UInt64) throws {
        let test = try TestStore { $0.packBytes = packBytes }
        let school = try fill(test)
        let before = try test.dump()
        #expect(before.count > 30)
        test.store.close()
        try CentralStore.rebuild(at: test.dataPath)
        try test.open()
        #expect(try test.dump() == before)
        #expect(try school.files("system-heartbeat") == ["a.log": "one", "b.log": "two"])
        #expect(test.folder.mode("store/catalog.sqlite") == "600")
        #expect(try test.folder.names("store").filter { $0.contains(".new") } == [])
        // A frame that was kept may be sent again.
        #expect(
            try test.store.frameState(school.send([noise(5000), Array("shared".utf8)]), for: school.me) != .unknown)
    }

    @Test("a catalog that is gone is made anew when the store is opened")
    func catalogGone() throws {
        let test = try TestStore()
        _ = try fill(test)
        let before = try test.dump()
        test.store.close()
        for suffix in ["", "-wal", "-shm"] { unlink(test.dataPath + "/catalog.sqlite" + suffix) }
        try test.open()
        #expect(try test.dump() == before)
        #expect(test.store.madeCatalogAnew)
        try test.reopen()
        #expect(!test.store.madeCatalogAnew)
    }

    @Test("a rebuild that would forget what the old catalog has seen is refused, and the old catalog stays")
    func rebuildOverDamage() throws {
        let test = try TestStore()
        let school = try fill(test)
        let before = try test.dump()
        let place = try #require(try test.store.catalog.place(of: ChunkID(hashing: noise(5000)))).block
        let pack = try test.store.directory.extent(place.pack).id.text
        let file = "store/packs/\(pack.prefix(2))/\(pack)"
        test.store.close()
        var bytes = try test.folder.bytes(file)
        bytes[Int(place.offset) + place.length - 100] ^= 1
        try test.folder.write(bytes, to: file)
        try expectRefusal(.damaged) { try CentralStore.rebuild(at: test.dataPath) }
        try test.open()
        #expect(try test.dump() == before)
        #expect(try school.files("system-heartbeat") == ["a.log": "one", "b.log": "two"])
        // Once the damage is noted, the packs tell all that they told before.
        #expect(try test.store.noteDamage(in: [BlockAddress(pack: place.pack, offset: place.offset)]) > 0)
        let noted = try test.dump()
        test.store.close()
        try CentralStore.rebuild(at: test.dataPath)
        try test.open()
        #expect(try test.dump() == noted)
    }

    @Test("a look at the storage finds a catalog that is damaged by itself")
    func damagedCatalog() throws {
        let test = try TestStore()
        _ = try fill(test)
        // An index that no question of the look goes by.
        let page = try #require(
            try test.store.catalog.read {
                try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_master WHERE name = 'fork_school'")
            })
        try test.store.catalog.closeWhole()
        test.store.close()
        var bytes = try test.folder.bytes("store/catalog.sqlite")
        let start = (page - 1) * 4096
        bytes.replaceSubrange(start..<start + 100, with: repeatElement(0xff, count: 100))
        try test.folder.write(bytes, to: "store/catalog.sqlite")
        let reader = try ReadingStore(at: test.dataPath)
        let report = try Verification(source: reader, storage: reader, data: test.dataPath).quick()
        let first = try #require(report.damages.first?.description)
        #expect(first.hasPrefix("storage: the catalog is damaged") && first.contains("clix-store rebuild"))
        try test.open()
    }

    @Test("a catalog whose fsync failed is not used again: it is made anew when the store is opened")
    func catalogSuspect() throws {
        let test = try TestStore()
        _ = try fill(test)
        let before = try test.dump()
        // A fact that no pack tells, and that is gone with the old catalog.
        try test.store.catalog.write { try $0.execute(sql: "INSERT INTO contact VALUES (99, 1)") }
        test.store.close()
        try test.folder.write([UInt8](), to: "store/catalog.suspect")
        try test.open()
        #expect(try test.dump() == before)
        #expect(
            try test.store.catalog.read { try Int.fetchOne($0, sql: "SELECT 1 FROM contact WHERE school = 99") } == nil)
        #expect(!test.folder.exists("store/catalog.suspect"))
        #expect(test.store.madeCatalogAnew)
    }

    @Test("a catalog that is behind the packs is caught up")
    func catalogBehind() throws {
        let memory = MemoryPacks()
        let test = try TestStore(packs: memory)
        _ = try test.school("ct131", "")
        test.store.close()
        let old = try test.folder.bytes("store/catalog.sqlite")
        try test.open()
        _ = try fill(test)
        let before = try test.dump()
        test.store.close()
        for suffix in ["", "-wal", "-shm"] { unlink(test.dataPath + "/catalog.sqlite" + suffix) }
        try test.folder.write(old, to: "store/catalog.sqlite")
        try test.open()
        #expect(try test.dump() == before)
    }

    @Test(
        "a power cut loses nothing that was answered, wherever it tears the tail", arguments: [0, 1, 15, 16, 17, 200])
    func powerCut(torn: Int) throws {
        let memory = MemoryPacks()
        let test = try TestStore(packs: memory)
        let school = try fill(test)
        let before = try test.dump()
        // One more write that was cut off before its fsync.
        memory.failSync(EIO)
        memory.failTruncate(true)
        try expectRefusal(.storage) { try school.send([noise(3000, seed: 9)]) }
        test.store.close()
        test.packs = memory.powerCut(tearing: torn)
        try test.open()
        #expect(try test.dump() == before)
        try school.send([noise(3000, seed: 9)])
        #expect(try test.store.reader.read(ChunkID(hashing: noise(3000, seed: 9))) == noise(3000, seed: 9))
        try test.reopen()
        #expect(try test.store.reader.read(ChunkID(hashing: noise(3000, seed: 9))) == noise(3000, seed: 9))
    }

    @Test("a torn tail is cut off, and what is whole before it is kept", arguments: [1, 15, 16, 17, 500])
    func tornTail(torn: Int) throws {
        let memory = MemoryPacks()
        let test = try TestStore(packs: memory)
        let school = try fill(test)
        let before = try test.dump()
        test.store.close()
        let pack = try #require(memory.ids.first)
        let whole = memory.bytes(pack)
        let item = try PackItem.block(
            PackBlock(owner: .school(school.server), chunks: [], compressed: noise(1000)[...])
        ).encoded()
        memory.replace(pack, whole + item.prefix(torn))
        try test.open()
        #expect(memory.bytes(pack) == whole)
        #expect(try test.dump() == before)
        try school.send([noise(100, seed: 4)])
        test.store.close()
        try CentralStore.open(test)
    }

    @Test("without a catalog nothing is cut off: the history goes on in another pack")
    func tornTailWithoutCatalog() throws {
        let memory = MemoryPacks()
        let test = try TestStore(packs: memory)
        let school = try fill(test)
        let before = try test.dump()
        test.store.close()
        let pack = try #require(memory.ids.first)
        let torn = memory.bytes(pack) + [0x42, 0, 0, 0, 9]
        memory.replace(pack, torn)
        for suffix in ["", "-wal", "-shm"] { unlink(test.dataPath + "/catalog.sqlite" + suffix) }
        try test.open()
        #expect(try test.dump() == before)
        try school.send([noise(100, seed: 4)])
        #expect(memory.bytes(pack) == torn)
        #expect(memory.ids.count == 2)
        let after = try test.dump()
        test.store.close()
        for suffix in ["", "-wal", "-shm"] { unlink(test.dataPath + "/catalog.sqlite" + suffix) }
        try test.open()
        #expect(try test.dump() == after)
    }

    @Test("damage before the end of what was answered is not taken for a torn tail")
    func damage() throws {
        let memory = MemoryPacks()
        let test = try TestStore(packs: memory)
        _ = try fill(test)
        test.store.close()
        let pack = try #require(memory.ids.first)
        // The last item is a record: nothing else tells what it told.
        memory.flip(pack, at: memory.bytes(pack).count - 10)
        let error = try expectRefusal(.damaged) { try test.open() }
        #expect(error.message.contains(pack.text))
    }

    @Test("a pack that is missing is named")
    func missingPack() throws {
        let memory = MemoryPacks()
        let test = try TestStore(packs: memory) { $0.packBytes = 2000 }
        _ = try fill(test)
        let second = test.store.directory.extents()[1].id
        test.store.close()
        let bytes = memory.bytes(second)
        memory.remove(second)
        let known = try expectRefusal(.damaged) { try test.open() }
        #expect(known.message.contains(second.text))
        for suffix in ["", "-wal", "-shm"] { unlink(test.dataPath + "/catalog.sqlite" + suffix) }
        let unknown = try expectRefusal(.damaged) { try test.open() }
        #expect(unknown.message.contains("number 2"))
        memory.replace(second, bytes)
        try test.open()
    }

    @Test("a damaged chunk is told when it is read, and is not handed out")
    func damagedChunk() throws {
        let memory = MemoryPacks()
        let test = try TestStore(packs: memory)
        let school = try test.school()
        let content = noise(5000)
        try school.send([content])
        let place = try #require(try test.store.catalog.place(of: ChunkID(hashing: content)))
        let pack = try test.store.directory.extent(place.block.pack).id
        memory.flip(pack, at: Int(place.block.offset) + place.block.length - 100)
        try expectRefusal(.damaged) { _ = try test.store.reader.read(ChunkID(hashing: content)) }
        try expectRefusal(.unknownChunk) { _ = try test.store.reader.read(ChunkID(hashing: [1])) }
    }

    @Test("the catalog is durable with every transaction, and private to its owner")
    func catalogSettings() throws {
        let test = try TestStore()
        try test.store.catalog.write { db in
            let (level, mode) = (
                try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode")
            )
            #expect(level == 2)
            #expect(mode == "wal")
        }
        for suffix in ["", "-wal", "-shm"] { #expect(test.folder.mode("store/catalog.sqlite" + suffix) == "600") }
    }

    @Test("a store is held by one process at a time, and made once")
    func lock() throws {
        let test = try TestStore()
        try expectRefusal(.busy) { try test.open() }
        try expectRefusal(.busy) { try CentralStore.rebuild(at: test.dataPath) }
        try expectRefusal(.exists) { try CentralStore.create(at: test.dataPath) }
        try test.reopen()
        try expectRefusal(.notFound) { try CentralStore.rebuild(at: test.folder.path("nowhere")) }
    }
}

extension CentralStore {
    /// Opens and closes.
    static func open(_ test: TestStore) throws {
        try test.open()
        test.store.close()
    }
}
