import Content
import Glibc
import LevelTree
import Testing

@testable import CentralStore

struct PackTests {
    @Test("a header tells its number and where the history before it ends")
    func header() throws {
        let header = PackHeader(number: 7, previous: PackPosition(pack: 5, offset: 4711))
        #expect(header.encoded().count == PackFormat.headerLength)
        #expect(try PackHeader(header.encoded(), of: .random()) == header)
    }

    @Test("a torn or changed header is none")
    func tornHeader() throws {
        var bytes = PackHeader(number: 7, previous: .start).encoded()
        #expect(try PackHeader(Array(bytes.dropLast()), of: .random()) == nil)
        bytes[20] ^= 1
        #expect(try PackHeader(bytes, of: .random()) == nil)
    }

    @Test("items come back as they were written")
    func items() throws {
        let school = ChunkOwner.school(try ServerID("mz150"))
        let block = PackBlock(
            owner: school, chunks: [ChunkReference(id: ChunkID(hashing: [1]), length: 70_000)], compressed: [9, 9, 9])
        let again = try #require(block.encoded().withUnsafeBytes { PackBlock($0) })
        #expect(again.owner == school)
        #expect(again.chunks == block.chunks)
        #expect(again.compressed == block.compressed)

        let claim = PackClaim(owner: .seed("image 2018"), chunks: [ChunkID(hashing: [1]), ChunkID(hashing: [2])])
        let claimed = try #require(claim.encoded().withUnsafeBytes { PackClaim($0) })
        #expect(claimed.owner == claim.owner)
        #expect(claimed.chunks == claim.chunks)
    }

    @Test("a block or claim that was cut anywhere is none")
    func cutItems() throws {
        let block = PackBlock(
            owner: .seed("x"), chunks: [ChunkReference(id: ChunkID(hashing: [1]), length: 1)], compressed: [])
        for length in 0..<block.encoded().count {
            #expect(Array(block.encoded()[..<length]).withUnsafeBytes { PackBlock($0) } == nil)
        }
        let claim = PackClaim(owner: .seed("x"), chunks: [ChunkID(hashing: [1])])
        for length in 0..<claim.encoded().count {
            #expect(Array(claim.encoded()[..<length]).withUnsafeBytes { PackClaim($0) } == nil)
        }
    }

    @Test("a record of a kind that is not known stops the reading, with a sentence that says why")
    func newerRecord() throws {
        let bytes = Array(#"{"record":"school-moved","server":"mz150"}"#.utf8)
        let error = try expectRefusal(.damaged) { _ = try bytes.withUnsafeBytes { try StoreRecord(decoding: $0) } }
        #expect(error.message.contains("newer"))
    }

    @Test("packs are sealed when they are long enough, each with a footer that lists what is in it")
    func seals() throws {
        let memory = MemoryPacks()
        let test = try TestStore(packs: memory) { $0.packBytes = 20_000 }
        let school = try test.school()
        for number in 0..<6 { try school.send([noise(15_000, seed: UInt64(number + 1))]) }
        let extents = test.store.directory.extents()
        #expect(extents.count > 2)
        #expect(extents.map(\.number) == Array(1...UInt64(extents.count)))
        for extent in extents.dropLast() {
            let bytes = memory.bytes(extent.id)
            #expect(bytes.suffix(16).starts(with: PackFormat.sealMagic))
        }
        var wrong: [String] = []
        try test.store.inspectStorage { wrong.append($0) }
        #expect(wrong == [])
        try test.reopen()
        for number in 0..<6 {
            let content = noise(15_000, seed: UInt64(number + 1))
            #expect(try test.store.reader.read(ChunkID(hashing: content)) == content)
        }
    }

    @Test("what waits together shares one fsync, and each is answered for itself")
    func groupCommit() throws {
        let memory = MemoryPacks()
        let folder = try TestFolder()
        let directory = PackDirectory()
        let catalog = try Catalog(path: folder.path("catalog.sqlite"))
        let writer = PackWriter(memory, directory, packBytes: 1 << 20, open: nil, last: .start, highest: 0)
        var keeper = Keeper(
            writer: writer, storage: memory, directory: directory, catalog: catalog,
            suspectMark: folder.path("suspect"))
        let batch = try ["mz150", "rj280", "ct131"].map { id in
            let items = [
                PackItem.record(
                    .schoolAdded(.init(server: try ServerID(id), code: try SchoolCode(""), name: "", at: 1)))
            ]
            return try Submission(items)
        }
        keeper.keep(batch)
        #expect(memory.syncs == 1)
        for submission in batch { try #require(submission.result).get() }
        #expect(try catalog.school(ServerID("ct131"))?.number == 3)

        memory.fillUp(after: 400)
        let big = PackItem.block(PackBlock(owner: .seed("s"), chunks: [], compressed: noise(5000)[...]))
        let small = batch[0].items[0]
        let mixed = try [big, small].map { try Submission([$0]) }
        keeper.keep(mixed)
        try expectRefusal(.storeFull) { try mixed[0].result?.get() }
        // What is too big for the space that is left does not take the small one with it.
        try #require(mixed[1].result).get()
    }
}

extension PackBlock {
    fileprivate func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }
}
