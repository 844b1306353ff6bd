import CZstd
import Content
import GRDB
import Glibc
import LevelTree
import Testing
import Wire

@testable import CentralStore

struct FrameTests {
    private let test: TestStore
    private let school: TestSchool

    init() throws {
        test = try TestStore()
        school = try test.school()
    }

    private func open(_ body: [UInt8], at offset: UInt64 = 0) throws -> FrameUpload {
        try #require(try test.store.openFrame(ChunkID(hashing: body), at: offset, for: school.me))
    }

    private func append(_ upload: FrameUpload, _ bytes: some Collection<UInt8>) throws {
        try Array(bytes).withUnsafeBytes { try upload.append($0) }
    }

    @Test("a frame's chunks can be read back, whatever parts it came in", arguments: [1, 3, 100])
    func parts(_ parts: Int) throws {
        let chunks = [noise(70_000), Array("small".utf8), [UInt8](repeating: 5, count: 9000)]
        try school.send(chunks, parts: parts)
        for chunk in chunks { #expect(try test.store.reader.read(ChunkID(hashing: chunk)) == chunk) }
    }

    @Test("a frame goes on inside itself after a cut, also after a restart")
    func resumes() throws {
        let body = try TestSchool.frame([noise(50_000)])
        let frame = ChunkID(hashing: body)
        #expect(try test.store.frameState(frame, for: school.me) == .unknown)
        var upload = try open(body)
        try append(upload, body[..<1000])
        upload.close()
        #expect(try test.store.frameState(frame, for: school.me) == .partial(1000))
        let refusal = try expectRefusal(.offsetMismatch) { _ = try open(body, at: 500) }
        #expect(refusal.offset == 1000)
        try test.reopen()
        #expect(try test.store.frameState(frame, for: school.me) == .partial(1000))
        upload = try open(body, at: 1000)
        try append(upload, body[1000...])
        try upload.finish()
        #expect(try test.store.frameState(frame, for: school.me) == .kept(UInt64(body.count)))
        #expect(!test.folder.exists("store/incoming/\(school.answer.installation)/\(frame.hex)"))
    }

    @Test("a frame of last week goes when others come, and is success and no work when it comes again nonetheless")
    func forgotten() throws {
        let (old, recent) = (try TestSchool.frame([noise(50_000)]), try TestSchool.frame([noise(40_000)]))
        let frame = try school.send(body: old)
        try age(byDays: 2)
        let younger = try school.send(body: recent)
        try age(byDays: 6)
        #expect(try test.store.frameState(frame, for: school.me) == .kept(UInt64(old.count)))
        _ = try school.send(body: TestSchool.frame([noise(30_000)]))
        #expect(try test.store.frameState(frame, for: school.me) == .unknown)
        #expect(try test.store.frameState(younger, for: school.me) == .kept(UInt64(recent.count)))
        let before = try test.dump()
        _ = try school.send(body: old)
        #expect(try test.store.frameState(frame, for: school.me) == .kept(UInt64(old.count)))
        #expect(try test.dump() == before, "nothing is stored twice")
    }

    private func age(byDays days: Int64) throws {
        try test.store.catalog.write { db in
            try db.execute(sql: "UPDATE kept_frame SET at = at - ?", arguments: [days * 24 * 3600 * 1000])
        }
    }

    @Test("a frame that is kept already is success and no work")
    func twice() throws {
        let body = try TestSchool.frame([noise(50_000)])
        let frame = try school.send(body: body)
        let before = try test.dump()
        #expect(try test.store.openFrame(frame, at: 0, for: school.me) == nil)
        #expect(try test.dump() == before)
    }

    @Test("a connection that comes later takes the frame over from one that broke")
    func takenOver() throws {
        let body = try TestSchool.frame([noise(50_000)])
        let first = try open(body)
        try append(first, body[..<100])
        let second = try open(body, at: 100)
        try expectRefusal(.superseded) { try append(first, body[100..<200]) }
        try expectRefusal(.superseded) { try first.finish() }
        first.close()
        try append(second, body[100...])
        try second.finish()
    }

    @Test("a body that does not match its name is refused, and must be sent again from its start")
    func mismatch() throws {
        var body = try TestSchool.frame([noise(5000)])
        let name = ChunkID(hashing: body)
        body[body.count / 2] ^= 1
        let before = try test.dump()
        try expectRefusal(.frameMismatch) { try school.send(body: body, as: name) }
        #expect(try test.store.frameState(name, for: school.me) == .unknown)
        #expect(try test.dump() == before)
    }

    @Test("bytes that are no frame are refused")
    func malformed() throws {
        let good = try TestSchool.frame([noise(5000), noise(100, seed: 2)])
        for body in [[], Array("hello".utf8), Array(good.dropLast()), good + [0]] {
            try expectRefusal(.frameMalformed) { try school.send(body: body) }
        }
        // Cut inside its header.
        for length in 1..<25 {
            let error = #expect(throws: StoreError.self) { try school.send(body: Array(good[..<length])) }
            #expect(error?.isPermanent == true)
        }
        #expect(try test.store.reader.catalogIsEmpty(test))
    }

    @Test("a small frame that tells of huge content, or unpacks to it, is refused before it takes memory")
    func bombs() throws {
        // Told in the header: more than 8 MiB in allowed chunks.
        let lengths = [Int](repeating: 2 << 20, count: 5)
        let zeros = [UInt8](repeating: 0, count: 10 << 20)
        let told = try zeros.withUnsafeBytes {
            try FrameEncoder().encode(content: $0, chunkLengths: lengths, level: 19)
        }
        #expect(told.count < 10_000)
        try expectRefusal(.contentTooLarge) { try school.send(body: told) }

        // Not told: the header says 100 bytes, the compressed part unpacks to 10 MiB.
        let start = try #require(told.firstRange(of: [0x28, 0xb5, 0x2f, 0xfd])).lowerBound
        let header = FrameHeaderBytes.header(lengths: [100])
        try expectRefusal(.frameMalformed) { try school.send(body: header + told[start...]) }
        // The same without a content size in the zstd frame, so that only unpacking shows it.
        let unsized = FrameHeaderBytes.compressWithoutSize(zeros)
        try expectRefusal(.frameMalformed) { try school.send(body: header + unsized) }
        #expect(try test.store.reader.catalogIsEmpty(test))
    }

    @Test("a frame longer than the limit is refused while it comes, and leaves nothing")
    func tooLong() throws {
        let test = try TestStore { $0.frame.maxBody = 10_000 }
        let school = try test.school()
        let body = noise(10_001)
        try expectRefusal(.tooLarge) { try school.send(body: body, parts: 4) }
        #expect(try test.store.frameState(ChunkID(hashing: body), for: school.me) == .unknown)
    }

    @Test("a frame may lean on this school's own chunks and on common ones")
    func base() throws {
        let old = noise(60_000)
        let seeded = noise(40_000, seed: 2)
        try school.send([old])
        try test.folder.makeFolder("pristine")
        try test.folder.write(seeded, to: "pristine/x")
        _ = try test.store.seed(test.folder.path("pristine"), name: "s")
        var common: [[UInt8]] = []
        var chunker = Chunker()
        seeded.withUnsafeBytes { bytes in chunker.append(bytes) { common.append(Array($0)) } }
        chunker.finish { common.append(Array($0)) }
        let new = Array(old[..<30_000]) + [1, 2, 3] + Array(old[30_000...]) + seeded[..<5000]
        let body = try TestSchool.frame([new], base: [old] + common)
        #expect(body.count < 5000)
        try school.send(body: body)
        #expect(try test.store.reader.read(ChunkID(hashing: new)) == new)
        // What is stored leans on nothing: the block alone gives the content.
        try test.reopen()
        #expect(try test.store.reader.read(ChunkID(hashing: new)) == new)
    }

    @Test("a base that nobody has and one that is private to another school are refused alike")
    func foreignBase() throws {
        let other = try test.school("rj280", "3099280")
        let secret = noise(30_000)
        try other.send([secret])
        let refusals = try [secret, noise(30_000, seed: 9)].map { base in
            try expectRefusal(.baseGone) { try school.send([Array(base[..<20_000])], base: [base]) }
        }
        #expect(refusals[0].message == refusals[1].message)
        #expect(refusals[0].code.problem == .baseGone)
        // It is usable once the school has brought it itself.
        try school.send([secret])
        try school.send([Array(secret[..<20_000])], base: [secret])
    }

    @Test("a base that is too long is refused before it is read")
    func longBase() throws {
        let test = try TestStore { $0.frame.maxBase = 50_000 }
        let school = try test.school()
        let parts = [noise(30_000), noise(30_000, seed: 2)]
        try school.send(parts)
        try expectRefusal(.contentTooLarge) { try school.send([Array(parts[0][..<10_000])], base: parts) }
    }

    /// Chunks of which each comes in a block of its own, as large as any; the tiny ones, in an order that goes through all
    /// of the blocks again and again.
    private func scatter(over blocks: Int, _ school: TestSchool) throws -> [[UInt8]] {
        let tiny = (0..<blocks).map { block in (0..<4).map { noise(64, seed: UInt64(block * 4 + $0 + 1)) } }
        for (block, chunks) in tiny.enumerated() {
            try school.send(chunks + [[UInt8](repeating: UInt8(block), count: (2 << 20) - 256)])
        }
        return (0..<4).flatMap { index in tiny.map { $0[index] } }
    }

    @Test("a base that lies scattered has each block read once, though the cache does not hold them all")
    func scatteredBase() throws {
        let packs = MemoryPacks()
        let school = try TestStore(packs: packs).school()
        let base = try scatter(over: 12, school)
        let before = packs.reads
        let new = Array(base.joined()) + [1, 2, 3]
        try school.send([new], base: base)
        #expect(packs.reads - before == 12)
        #expect(try school.store.reader.read(ChunkID(hashing: new)) == new)
    }

    @Test("a base that lies in too many blocks is refused unread, as one that is gone, and nothing is lost")
    func tooScatteredBase() throws {
        let packs = MemoryPacks()
        let school = try TestStore(packs: packs) { $0.baseBlocks = 2 }.school()
        let base = try scatter(over: 3, school)
        let before = packs.reads
        let new = Array(base.joined()) + [1, 2, 3]
        try expectRefusal(.baseGone) { try school.send([new], base: base) }
        #expect(packs.reads == before)
        try school.send([new], base: [base[0], base[1], base[3]])
        #expect(try school.store.reader.read(ChunkID(hashing: new)) == new)
    }

    @Test("a chunk that another school brought before is taken, stored once, and belongs to both")
    func storedOnce() throws {
        let other = try test.school("rj280", "3099280")
        let shared = noise(30_000)
        let id = ChunkID(hashing: shared)
        try other.send([shared])
        let blocks = try test.dump().filter { $0.hasPrefix("block ") }
        #expect(try test.store.missing(ids: [id], for: school.me)[0])
        try school.send([shared])
        #expect(try test.dump().filter { $0.hasPrefix("block ") } == blocks)
        #expect(try !test.store.missing(ids: [id], for: school.me)[0])
        // Together with new content, each in its way.
        let mixed = [shared, noise(10_000, seed: 3)]
        let third = try test.school("ct131", "")
        try third.send(mixed)
        #expect(try !test.store.missing(ids: mixed.map { ChunkID(hashing: $0) }, for: third.me)[0])
        #expect(try !test.store.missing(ids: mixed.map { ChunkID(hashing: $0) }, for: third.me)[1])
    }

    @Test("a chunk that stands twice in one frame is stored once")
    func twiceInAFrame() throws {
        try school.send([noise(3000), noise(3000), noise(3000)])
        #expect(try test.dump().filter { $0.hasPrefix("chunk ") }.count == 1)
        #expect(try test.store.school(named: "mz150").pendingBytes == 3000)
    }

    @Test("what a school brings before it commits is bounded, and a commit makes room")
    func budget() throws {
        let test = try TestStore { $0.pendingBytes = 20_000 }
        let school = try test.school()
        #expect(try test.store.hello(school.me).limits.pendingBytes == 20_000)
        let entry = try school.entry("a", noise(15_000))
        let error = try expectRefusal(.overBudget) { try school.send([noise(6000, seed: 2)]) }
        #expect(!error.isPermanent)
        try school.commit("rcs-repo", entries: [entry])
        #expect(try test.store.school(named: "mz150").pendingBytes == 0)
        try school.send([noise(6000, seed: 2)])
    }

    @Test("partial frames of a machine are bounded: the oldest goes first, and what is open stays")
    func partialFrames() throws {
        let test = try TestStore { $0.partialFrames = 3 }
        let school = try test.school()
        let bodies = try (1...5).map { try TestSchool.frame([noise(1000, seed: UInt64($0))]) }
        func open(_ index: Int) throws -> FrameUpload {
            let upload = try #require(
                try test.store.openFrame(ChunkID(hashing: bodies[index]), at: 0, for: school.me))
            try bodies[index][..<10].withUnsafeBytes { try upload.append($0) }
            let path = "store/incoming/\(school.answer.installation)/\(ChunkID(hashing: bodies[index]).hex)"
            try test.folder.setTime(path, timespec(tv_sec: 1_000_000 + index, tv_nsec: 0))
            return upload
        }
        let first = try open(0)
        try open(1).close()
        try open(2).close()
        let fourth = try open(3)
        let fifth = try open(4)
        let states = try bodies.map { try test.store.frameState(ChunkID(hashing: $0), for: school.me) }
        #expect(states == [.partial(10), .unknown, .unknown, .partial(10), .partial(10)])
        try expectRefusal(.busy) { _ = try test.store.openFrame(ChunkID(hashing: [1]), at: 0, for: school.me) }
        for upload in [first, fourth, fifth] { upload.close() }
    }

    @Test("frames that wait to be decoded are bounded, and the next is told when to come again")
    func slots() throws {
        let slots = DecodeSlots(atOnce: 1, waiting: 0)
        try slots.withSlot {
            let error = try expectRefusal(.busy) { try slots.withSlot {} }
            #expect(error.retryAfterSeconds != nil)
        }
        try slots.withSlot {}
    }

    @Test("a school sees nothing of another's frames")
    func foreignFrames() throws {
        let other = try test.school("rj280", "3099280")
        let body = try TestSchool.frame([noise(5000)])
        let frame = try other.send(body: body)
        #expect(try test.store.frameState(frame, for: school.me) == .unknown)
        let upload = try open(noise(100))
        try append(upload, [1, 2, 3])
        upload.close()
        #expect(try test.store.frameState(ChunkID(hashing: noise(100)), for: other.me) == .unknown)
    }
}

/// Frames that no encoder would make.
enum FrameHeaderBytes {
    static func header(lengths: [Int]) -> [UInt8] {
        var bytes = Array("CLXF".utf8) + [1]
        bytes.append(littleEndian: UInt32(lengths.count))
        for length in lengths { bytes.append(littleEndian: UInt32(length)) }
        bytes.append(littleEndian: UInt32(0))
        return bytes
    }

    static func compressWithoutSize(_ content: [UInt8]) -> [UInt8] {
        let context = ZSTD_createCCtx()
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
        return [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(content.count)) { buffer, count in
            count = ZSTD_compress2(context, buffer.baseAddress, buffer.count, content, content.count)
        }
    }
}

extension ChunkReader {
    func catalogIsEmpty(_ test: TestStore) throws -> Bool {
        try !test.dump().contains { $0.hasPrefix("chunk ") || $0.hasPrefix("block ") }
    }
}
