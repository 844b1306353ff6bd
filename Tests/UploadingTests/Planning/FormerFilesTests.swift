import Content
import Staging
import Testing

@testable import Uploading

struct FormerFilesTests {
    private func entry(_ name: String, _ chunks: String...) throws -> StagedEntry {
        try StagedEntry.made(name, contents: chunks)
    }

    @Test func `a changed file was what stood at its path`() throws {
        var files = FormerFiles()
        let old = try entry("a", "1", "2")
        let found = files.after(.changed(try entry("a", "1", "3"), former: old))
        #expect(found?.former?.entry == old.entry)
    }

    @Test func `an unchanged file and one that is new were nothing`() throws {
        var files = FormerFiles()
        #expect(files.after(.unchanged(try entry("a", "1")))?.former == nil)
        let found = files.after(.new(try entry("folder/b", "2")))
        #expect(found?.entry.entry.path.bytes == Array("folder/b".utf8))
        #expect(found?.former == nil)
    }

    @Test func `a new file is like the one before it in its folder, if that is small`() throws {
        var files = FormerFiles()
        let (yesterday, today) = (try entry("beats/day 1", "1", "2"), try entry("beats/day 2", "3"))
        #expect(files.after(.new(today))?.former == nil)
        _ = files.after(.unchanged(yesterday))
        #expect(files.after(.new(today))?.former?.entry == yesterday.entry)
        #expect(files.after(.new(try entry("beats/day 3", "4")))?.former?.entry == yesterday.entry)
        #expect(files.after(.new(try entry("other/day 3", "4")))?.former == nil)
        #expect(files.after(.changed(try entry("beats/x", "6"), former: try entry("beats/x", "5")))?.former != nil)
        #expect(files.after(.new(try entry("beats/y", "7")))?.former?.entry.path.bytes == Array("beats/x".utf8))
        _ = files.after(.unchanged(try entry("beats/z", "8", "9", "10", "11", "12")))
        #expect(files.after(.new(try entry("beats/zz", "13")))?.former == nil)
    }

    @Test func `what is gone is no file, and one that begins as it did is what became of it`() throws {
        var files = FormerFiles()
        let old = try entry("a", "1", "2")
        #expect(files.after(.gone(old)) == nil)
        #expect(files.after(.new(try entry("b", "1", "3")))?.former?.entry == old.entry)
        #expect(files.after(.new(try entry("other/c", "7")))?.former == nil)
    }

    @Test func `a rotated log that had grown was what had its former name, and the next one what stood at its path`()
        throws
    {
        var files = FormerFiles()
        let (log, first, second) = (
            try entry("log", "1", "2"), try entry("log.1", "5", "6"), try entry("log.2", "8", "9")
        )
        #expect(files.after(.changed(try entry("log", "3"), former: log))?.former?.entry == log.entry)
        #expect(files.after(.changed(try entry("log.1", "1", "4"), former: first))?.former?.entry == log.entry)
        // Compressed in the meantime, perhaps: nothing of it is known.
        #expect(files.after(.changed(try entry("log.2", "7"), former: second))?.former?.entry == second.entry)
    }

    @Test func `what is remembered is bounded in files and in chunks`() throws {
        var files = FormerFiles()
        for number in 0..<FormerFiles.most + 1 { _ = files.after(.gone(try entry("f\(number)", "\(number)"))) }
        #expect(files.after(.new(try entry("folder/x", "0")))?.former == nil)
        #expect(files.after(.new(try entry("folder/x", "1")))?.former != nil)
        let large = try StagedEntry.made("large", chunks: [Int](repeating: 9000, count: FormerFiles.mostChunks + 1))
        _ = files.after(.gone(large))
        #expect(files.after(.new(large))?.former == nil)
        #expect(files.after(.new(try entry("folder/x", "1")))?.former == nil)
    }

    @Test func `content that does not compress leans on nothing`() throws {
        let (film, text) = (
            try StagedEntry.made("film", chunks: [900_000, 70_000]), try StagedEntry.made("text", chunks: [30_000])
        )
        #expect(FormerFile(film, of: text) == nil)
        #expect(FormerFile(text, of: film) == nil)
        #expect(FormerFile(text, of: text) != nil)
    }
}

extension StagedEntry {
    /// An entry whose chunks are small and have these contents.
    static func made(_ name: String, contents: [String]) throws -> StagedEntry {
        let made = try made(name, chunks: contents.map(\.utf8.count))
        var entry = made.entry
        entry.chunks = contents.map { ChunkReference(id: ChunkID(hashing: Array($0.utf8)), length: $0.utf8.count) }
        return StagedEntry(entry: entry, stamp: made.stamp)
    }
}
