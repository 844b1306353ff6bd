import Content
import Glibc
import LevelTree
import Testing
import Wire

@testable import CentralStore

/// Chunks that rot in their packs: found, asked for again, and healed by the same bytes.
struct DamageTests {
    private let memory = MemoryPacks()

    private func store(packBytes: UInt64 = 64 << 20) throws -> (TestStore, TestSchool) {
        let test = try TestStore(packs: memory) { $0.packBytes = packBytes }
        return (test, try test.school())
    }

    private func id(_ content: [UInt8]) -> ChunkID { ChunkID(hashing: content) }

    private func place(_ content: [UInt8], _ test: TestStore) throws -> (pack: PackID, block: BlockPlace) {
        let block = try #require(try test.store.catalog.place(of: id(content))).block
        return (try test.store.directory.extent(block.pack).id, block)
    }

    /// Flips a bit in the block that holds a chunk: so many bytes behind its start, or in its compressed content.
    @discardableResult
    private func rot(_ content: [UInt8], _ test: TestStore, at offset: Int? = nil) throws -> BlockAddress {
        let (pack, block) = try place(content, test)
        memory.flip(pack, at: Int(block.offset) + (offset ?? block.length - 100))
        return BlockAddress(pack: block.pack, offset: block.offset)
    }

    /// What is wrong in the packs.
    private func verify(_ test: TestStore) throws -> (damages: [String], report: VerificationReport) {
        let report = try Verification(source: test.store, storage: test.store, data: test.dataPath).all()
        return (report.damages.filter { $0.place != .tree }.map(\.description), report)
    }

    /// The catalog as the packs alone tell it.
    private func replayed(_ test: TestStore) throws -> [String] {
        test.store.close()
        CentralStore.removeCatalog(test.dataPath + "/catalog.sqlite")
        try test.open()
        return try test.dump()
    }

    private func seed(_ content: [UInt8], _ test: TestStore) throws {
        if !test.folder.exists("pristine") { try test.folder.makeFolder("pristine") }
        try test.folder.write(content, to: "pristine/f")
        _ = try test.store.seed(test.folder.path("pristine"), name: "image")
    }

    private func isMissing(_ content: [UInt8], for school: TestSchool) throws -> Bool {
        try isMissing(id(content), for: school)
    }

    private func isMissing(_ id: ChunkID, for school: TestSchool) throws -> Bool {
        let byID = try school.store.missing(ids: [id], for: school.me)[0]
        #expect(try school.store.missing(prefixes: [id.prefix64], for: school.me)[0] == byID)
        return byID
    }

    @Test("damage in a common chunk that no snapshot names is found, with its pack and what to do")
    func commonChunk() throws {
        let (test, _) = try store()
        try seed(noise(3000), test)
        #expect(try verify(test).damages == [])
        let address = try rot(noise(3000), test)
        let (damages, report) = try verify(test)
        #expect(!report.isClean && damages.count == 1 && report.damagedBlocks == [address])
        let pack = try place(noise(3000), test).pack.text
        #expect(damages[0].contains("1 of 1 chunk in") && damages[0].contains(pack))
        #expect(damages[0].contains("1 common") && damages[0].contains("clix-store seed"))
    }

    @Test("damage in a chunk that waits for its commit is found, and each block is read once")
    func pendingChunk() throws {
        let (test, school) = try store()
        let chunks = (0..<5).map { noise(3000, seed: $0) }
        try school.send(chunks)
        let (pack, block) = try place(chunks[0], test)
        let before = memory.reads(pack, at: block.offset, count: block.length)
        let sound = try verify(test).report
        #expect(sound.isClean && sound.chunks == 5 && sound.bytes == 15_000)
        #expect(memory.reads(pack, at: block.offset, count: block.length) == before + 1)
        let address = try rot(chunks[4], test)
        let (damages, report) = try verify(test)
        #expect(!report.isClean && damages.count == 1 && report.damagedBlocks == [address])
        #expect(damages[0].contains("of 5 chunks") && damages[0].contains("private") && damages[0].contains(pack.text))
    }

    @Test("a chunk of a snapshot that is damaged is told with its file, and with its pack")
    func committedChunk() throws {
        let (test, school) = try store()
        try school.commit(
            "rcs-repo", entries: [school.entry("a", noise(3000)), school.entry("b", noise(3000, seed: 2))])
        try rot(noise(3000), test)
        let (damages, report) = try verify(test)
        #expect(damages.count == 2 && report.damagedBlocks.count == 1)
        #expect(damages.contains { $0.hasPrefix("content mz150/rcs-repo") && $0.contains(" a: ") })
        #expect(damages.contains { $0.hasPrefix("storage: 1 of 1 chunk ") })
    }

    @Test(
        "the same bytes again heal what is damaged, and packs that are read anew tell the same",
        arguments: [(200, UInt64(1)), (200, 64 << 20), (0, 1)])
    func heals(offset: Int, packBytes: UInt64) throws {
        let (test, school) = try store(packBytes: packBytes)
        let other = try test.school("rj280", "3099280")
        let (small, big) = (noise(100, seed: 3), noise(5000))
        try other.send([small])
        // A block of this school that also holds what another has brought before.
        try school.send([big, small, noise(4000, seed: 4)])
        try other.send([big])
        try school.commit("rcs-repo", ["a": "1"])
        try rot(big, test, at: offset)
        try expectRefusal(.damaged) { _ = try test.store.reader.read(id(big)) }
        try school.send([big, noise(200, seed: 5)])
        #expect(try test.store.reader.read(id(big)) == big)
        #expect(try !isMissing(big, for: other))
        #expect(try !isMissing(small, for: school))
        let before = try test.dump()
        try test.reopen()
        #expect(try test.dump() == before)
        #expect(try replayed(test) == before)
        #expect(try test.store.reader.read(id(big)) == big)
        // What lay in the same block, and cannot be read either, is asked for.
        #expect(try isMissing(noise(4000, seed: 4), for: school) == (offset == 0))
        try school.send([noise(4000, seed: 4)])
        #expect(try verify(test).damages == [])
        #expect(try school.files("rcs-repo") == ["a": "1"])
    }

    // Where damage hits an item's very first bytes, it must be told in a later pack to be passed by.
    @Test(
        "damage where a block tells what it holds is found and noted, and the packs can be read anew",
        arguments: [(40, UInt64(1)), (40, 64 << 20), (4, 1)])
    func index(offset: Int, packBytes: UInt64) throws {
        let (test, school) = try store(packBytes: packBytes)
        try school.commit("rcs-repo", entries: [school.entry("a", noise(3000))])
        let address = try rot(noise(3000), test, at: offset)
        #expect(try test.store.reader.read(id(noise(3000))) == noise(3000))
        let (damages, report) = try verify(test)
        #expect(report.damagedBlocks == [address] && damages.last?.contains("its chunks are not") == true)
        #expect(try test.store.noteDamage(in: [address]) == 0)
        #expect(try !isMissing(noise(3000), for: school))
        #expect(try verify(test).damages == [])
        let before = try test.dump()
        #expect(try replayed(test) == before)
        #expect(try verify(test).damages == [])
    }

    @Test("so many blocks are read back for one frame; noted damage needs no reading")
    func bounded() throws {
        let (test, school) = try store()
        let chunks = (0..<3).map { noise(3000, seed: $0) }
        for chunk in chunks { try school.send([chunk]) }
        for chunk in chunks { try rot(chunk, test) }
        _ = try test.store.noteDamage(in: [
            BlockAddress(pack: place(chunks[2], test).block.pack, offset: place(chunks[2], test).block.offset)
        ])
        let found = try test.store.storedCopies.look(at: chunks.map(id), blocks: 1)
        #expect(found.intact == [id(chunks[1])] && found.damage.count == 1)
    }

    @Test("what is not damaged is not written again when it comes again")
    func intact() throws {
        let (test, school) = try store()
        try school.send([noise(5000), noise(300, seed: 2)])
        let length = try #require(memory.ids.first.map { memory.bytes($0).count })
        try school.send([noise(300, seed: 2), noise(5000)])
        #expect(memory.ids.map { memory.bytes($0).count } == [length])
        #expect(try test.store.reader.read(id(noise(5000))) == noise(5000))
    }

    @Test(
        "a power cut between the word of the damage and the new copy leaves a chunk that is asked for",
        arguments: [0, 60])
    func powerCut(torn: Int) throws {
        let (test, school) = try store()
        let content = noise(5000)
        try school.send([content])
        try rot(content, test)
        let damage = try test.store.storedCopies.look(at: [id(content)]).damage
        let length = try #require(damage.first?.encoded().count)
        memory.failSync(EIO)
        memory.failTruncate(true)
        try expectRefusal(.storage) { try school.send([content, noise(200, seed: 2)]) }
        test.store.close()
        test.packs = memory.powerCut(tearing: length + torn)
        try test.open()
        #expect(try isMissing(content, for: school))
        try school.send([content, noise(200, seed: 2)])
        #expect(try test.store.reader.read(id(content)) == content)
        let before = try test.dump()
        #expect(try replayed(test) == before)
    }

    @Test("damage that was noted is missing for schools, refuses a commit that names it, and ends when it comes again")
    func asksAgain() throws {
        let (test, school) = try store()
        let content = noise(5000)
        let frame = try school.send([content])
        try school.commit("rcs-repo", entries: [school.entry("a", content, sending: false)])
        try rot(content, test)
        let blocks = try verify(test).report.damagedBlocks
        #expect(try test.store.noteDamage(in: blocks) == 1)
        #expect(try test.store.noteDamage(in: blocks) == 1)
        #expect(try isMissing(content, for: school))
        // The file is the same as in the parent, and counts all the same.
        let request = try school.request(
            "rcs-repo", [school.entry("a", content, sending: false), school.entry("b", [1, 2, 3])])
        let refusal = try expectRefusal(.missingChunks) { _ = try test.store.commit(request, from: school.me) }
        #expect(refusal.chunks == [id(content)])
        // The very frame that was kept before is taken again.
        #expect(try test.store.frameState(frame, for: school.me) == .unknown)
        #expect(try school.send([content]) == frame)
        #expect(try !isMissing(content, for: school))
        _ = try test.store.commit(request, from: school.me)
        #expect(try verify(test).damages == [])
        let before = try test.dump()
        #expect(try replayed(test) == before)
    }

    @Test("a mirror whose last manifest is damaged takes the next commit all the same")
    func damagedManifest() throws {
        let (test, school) = try store()
        try school.commit("rcs-repo", ["a": "1"])
        let parent = try #require(try test.store.currentSnapshots().last)
        let block = try #require(try test.store.catalog.place(of: parent.manifest[0])).block
        let pack = try test.store.directory.extent(block.pack).id
        memory.flip(pack, at: Int(block.offset) + block.length - 10)
        #expect(try test.store.noteDamage(in: [BlockAddress(pack: block.pack, offset: block.offset)]) == 1)
        try school.commit("rcs-repo", ["a": "2", "b": "3"])
        #expect(try school.files("rcs-repo") == ["a": "2", "b": "3"])
        #expect(try isMissing(parent.manifest[0], for: school))
    }

    @Test("blocks that are sound are not noted, whoever names them")
    func soundBlocks() throws {
        let (test, school) = try store()
        try school.send([noise(5000)])
        let block = try place(noise(5000), test).block
        let before = try test.dump()
        let addresses = [BlockAddress(pack: block.pack, offset: block.offset), BlockAddress(pack: 9, offset: 9)]
        #expect(try test.store.noteDamage(in: addresses) == 0)
        #expect(try test.dump() == before)
    }

    @Test("common content that is damaged comes again with the seed")
    func seedHeals() throws {
        let (test, school) = try store()
        try seed(noise(3000), test)
        let address = try rot(noise(3000), test)
        _ = try test.store.noteDamage(in: [address])
        #expect(try isMissing(noise(3000), for: school))
        try seed(noise(3000), test)
        #expect(try !isMissing(noise(3000), for: school))
        #expect(try verify(test).damages == [])
        // Also before anybody noted it.
        try rot(noise(3000), test)
        try seed(noise(3000), test)
        #expect(try verify(test).damages == [])
        let before = try test.dump()
        #expect(try replayed(test) == before)
    }

    @Test("a frame that leans on damaged content is to be made without a base")
    func damagedBase() throws {
        let (test, school) = try store()
        try school.send([noise(5000)])
        try rot(noise(5000), test)
        try expectRefusal(.baseGone) { try school.send([noise(5100)], base: [noise(5000)]) }
        try school.send([noise(5100)])
        #expect(try test.store.reader.read(id(noise(5100))) == noise(5100))
    }

    @Test("damage in a block of the open pack does not keep a store closed")
    func openPack() throws {
        let (test, school) = try store()
        try school.send([noise(5000)])
        try school.send([noise(5000, seed: 2)])
        let before = try test.dump()
        try rot(noise(5000), test)
        try test.reopen()
        #expect(try test.dump() == before)
        try expectRefusal(.damaged) { _ = try test.store.reader.read(id(noise(5000))) }
        #expect(try test.store.reader.read(id(noise(5000, seed: 2))) == noise(5000, seed: 2))
        try school.send([noise(5000, seed: 3)])
        try test.reopen()
        #expect(try test.store.reader.read(id(noise(5000, seed: 3))) == noise(5000, seed: 3))
    }

    @Test("the word of a damage comes back as it was written, and is none when it was cut")
    func encoding() throws {
        let chunk = PackDamage.Chunk(
            reference: ChunkReference(id: id([1]), length: 70_000), start: 9, isDamaged: true)
        let damage = PackDamage(
            position: PackPosition(pack: 3, offset: 64), length: 5000, content: 80_000, owner: .seed("image"),
            chunks: [chunk])
        #expect(damage.encoded().withUnsafeBytes { PackDamage($0) } == damage)
        for length in 0..<damage.encoded().count {
            #expect(Array(damage.encoded()[..<length]).withUnsafeBytes { PackDamage($0) } == nil)
        }
    }
}
