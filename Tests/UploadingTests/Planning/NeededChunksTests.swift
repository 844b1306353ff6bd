import Content
import Staging
import Testing

@testable import Uploading

struct NeededChunksTests {
    /// What is asked and what comes out, noted down.
    private final class Record {
        var known: Set<ChunkID> = []
        var common: Set<ChunkID> = []
        var insisted: Set<ChunkID> = []
        var underway: Set<ChunkID> = []
        var questions: [[ChunkID]] = []
        var needed: [ChunkID] = []
        /// Of each of these, what it leans on.
        var bases: [[ChunkID]] = []
        var skipped = 0
    }

    private func run(
        _ record: Record, asks: Bool, _ entries: [StagedEntry], former: [StagedEntry] = [], manifest: [[UInt8]] = []
    ) throws {
        var chunks = NeededChunks(
            known: { $0.map(record.known.contains) },
            missing: asks
                ? { ids in
                    record.questions.append(ids)
                    return ids.map { !record.common.contains($0) }
                } : nil,
            insisted: record.insisted, isUnderway: { record.underway.contains($0) }, skip: { record.skipped += $0 },
            need: {
                record.needed.append($0.reference.id)
                record.bases.append($0.base.map(\.reference.id))
                record.underway.insert($0.reference.id)
            })
        for entry in entries {
            try chunks.add(entry, former: former.first { $0.entry.path == entry.entry.path })
        }
        try chunks.finish()
        for bytes in manifest { try bytes.withUnsafeBytes { try chunks.addManifest(ChunkID(hashing: $0), $0) } }
    }

    @Test func `what the ledger knows is not sent, the rest in manifest order`() throws {
        let entries = try ["a", "b", "c"].map { try StagedEntry.made($0, chunks: [10, 20]) }
        let record = Record()
        record.known = [entries[1].entry.chunks[0].id]
        try run(record, asks: false, entries)
        let all = entries.flatMap { $0.entry.chunks.map(\.id) }
        #expect(record.needed == all.filter { !record.known.contains($0) })
        #expect(record.skipped == 10)
    }

    @Test func `a chunk that comes twice is sent once`() throws {
        let entry = try StagedEntry.made("a", chunks: [10])
        let record = Record()
        try run(record, asks: true, [entry, entry, entry])
        #expect(record.needed.count == 1)
        #expect(record.questions.map(\.count) == [1])
        #expect(record.skipped == 20)
    }

    @Test func `a chunk that waits in a frame is not planned again`() throws {
        let many = try (0..<3000).map { try StagedEntry.made("f\($0)", chunks: [10]) }
        let record = Record()
        try run(record, asks: true, many + many)
        #expect(record.needed.count == 3000)
    }

    @Test func `the store is asked only about what was never sent, in bounded questions`() throws {
        let entries = try (0..<5000).map { try StagedEntry.made("f\($0)", chunks: [10]) }
        let record = Record()
        record.known = Set(entries[..<900].map { $0.entry.chunks[0].id })
        record.common = Set(entries[900..<4900].map { $0.entry.chunks[0].id })
        try run(record, asks: true, entries)
        #expect(record.questions.map(\.count) == [2048, 2048, 4])
        #expect(record.needed == entries[4900...].map { $0.entry.chunks[0].id })
        #expect(record.skipped == 49_000)
    }

    @Test func `a store without anything common is not asked`() throws {
        let record = Record()
        try run(record, asks: false, [try StagedEntry.made("a", chunks: [10])])
        #expect(record.questions.isEmpty)
        #expect(record.needed.count == 1)
    }

    @Test func `what the store asked for by name is sent whatever its bitmap says`() throws {
        let entry = try StagedEntry.made("a", chunks: [10, 20])
        let ids = entry.entry.chunks.map(\.id)
        let record = Record()
        record.common = Set(ids)
        record.insisted = [ids[1]]
        try run(record, asks: true, [entry])
        #expect(record.questions == [[ids[0]]])
        #expect(record.needed == [ids[1]])
    }

    @Test(arguments: [true, false])
    func `what is sent leans on what stood in its place`(asks: Bool) throws {
        let former = try StagedEntry.made("a", contents: ["1", "2", "3"])
        let entry = try StagedEntry.made("a", contents: ["1", "two", "3"])
        let record = Record()
        record.known = Set(former.entry.chunks.map(\.id))
        try run(record, asks: asks, [entry, try StagedEntry.made("b", contents: ["new"])], former: [former])
        #expect(record.needed.count == 2)
        #expect(record.bases == [[former.entry.chunks[1].id], []])
    }

    @Test func `pieces of the manifest are sent unless they are known, and never asked about`() throws {
        let (old, new): ([UInt8], [UInt8]) = ([1, 2, 3], [4, 5, 6])
        let record = Record()
        record.known = [ChunkID(hashing: old)]
        try run(record, asks: true, [], manifest: [old, new, new])
        #expect(record.needed == [ChunkID(hashing: new)])
        #expect(record.questions.isEmpty)
    }
}
