import Content
import GRDB
import Synchronization
import Testing

@testable import CentralStore

/// Chunks that share a block, and what the reader knows of them.
struct ChunkReaderTests {
    private let memory = MemoryPacks()
    private let chunks = (0..<40).map { noise(3000, seed: $0) }

    private func store() throws -> (TestStore, TestSchool) {
        let test = try TestStore(packs: memory)
        let school = try test.school()
        try school.send(chunks)
        return (test, school)
    }

    private func id(_ content: [UInt8]) -> ChunkID { ChunkID(hashing: content) }

    @Test("the catalog is asked for the chunks of a block together, and the block is read once")
    func together() throws {
        let (test, _) = try store()
        let questions = Questions()
        try test.store.catalog.read { $0.trace { if $0.description.contains("chunk") { questions.count() } } }
        let reads = memory.reads
        for chunk in chunks { #expect(try test.store.reader.read(id(chunk)) == chunk) }
        #expect((1...3).contains(questions.counted))
        #expect(memory.reads == reads + 1)
    }

    @Test("a chunk that is damaged in a block which is known, and came again, is read from where it lies now")
    func cameAgain() throws {
        let (test, school) = try store()
        let block = try #require(try test.store.catalog.place(of: id(chunks[0]))).block
        let pack = try test.store.directory.extent(block.pack).id
        // Noise is stored as it is, so the block still unpacks.
        memory.flip(pack, at: Int(block.offset) + block.length - 100)
        for chunk in chunks.dropLast() { #expect(try test.store.reader.read(id(chunk)) == chunk) }
        try expectRefusal(.damaged) { _ = try test.store.reader.read(id(chunks[39])) }
        try school.send([chunks[39], noise(200, seed: 100)])
        #expect(try test.store.reader.read(id(chunks[39])) == chunks[39])
        #expect(try test.store.reader.read(id(chunks[0])) == chunks[0])
    }

    @Test("the cache holds so many bytes and blocks, and what it knows of them counts")
    func bounded() {
        func place(_ number: Int) -> BlockPlace { BlockPlace(pack: 1, offset: UInt64(number), length: 1, content: 1) }
        var cache = BlockCache()
        for number in 0...BlockCache.mostBlocks { cache.put(place(number), [1]) }
        #expect(cache.take(place(0)) == nil && cache.take(place(1)) != nil)

        cache = BlockCache()
        cache.put(place(1), [UInt8](repeating: 1, count: BlockCache.limit - 1000))
        cache.put(place(2), [1])
        #expect(cache.take(place(1)) != nil && cache.take(place(2)) != nil)
        let known = Dictionary(uniqueKeysWithValues: chunks.map { (id($0), ChunkSpan(start: 0, length: 1)) })
        cache.index(place(2), known)
        #expect(cache.take(place(1)) == nil && cache.find(id(chunks[0]))?.content == [1])
    }
}

/// How often the catalog was asked.
private final class Questions: Sendable {
    private let number = Mutex(0)
    func count() { number.withLock { $0 += 1 } }
    var counted: Int { number.withLock { $0 } }
}
