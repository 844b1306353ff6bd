import Content
import Glibc
import LevelTree
import Testing

@testable import Staging

@Suite("An entry list")
struct EntryListTests {
    let site: Site

    init() throws { site = try Site() }

    private var path: String { site.root + "/entries" }

    private func record(_ number: Int) -> EntryRecord {
        EntryRecord(
            stamp: SourceStamp(
                size: UInt64(number), modified: FileTime(seconds: Int64(-number), nanoseconds: 999_999_999),
                changed: FileTime(seconds: 1, nanoseconds: Int32(number)), inode: UInt64.max, isRacy: number % 2 == 0),
            mode: 0o640, isStale: number % 3 == 0, part: UInt8(number % 5))
    }

    /// A list of `count` records, each with one chunk of its number of bytes.
    private func write(_ count: Int) throws {
        let file = try #require(Descriptor.opening(CName(path), O_RDWR | O_CREAT | O_TRUNC, mode: 0o600))
        let writer = EntryListWriter(file, place: "a test")
        for number in 1...count {
            var chunks: [UInt8] = []
            chunks.append(chunk: ChunkID(hashing: Array("\(number)".utf8)), length: number)
            try chunks.withUnsafeBytes {
                try writer.append(record(number), path: Array("p/\(number)".utf8), chunks: $0)
            }
        }
        _ = try writer.finish()
    }

    private func read() throws -> [(String, EntryRecord)] {
        var lengths: [Int] = []
        return try read(&lengths)
    }

    /// - Parameter lengths: gets those of all chunks.
    private func read(_ lengths: inout [Int]) throws -> [(String, EntryRecord)] {
        let file = try #require(Descriptor.opening(CName(path), O_RDONLY))
        let reader = try EntryListReader(file, place: "a test")
        var found: [(String, EntryRecord)] = []
        while reader.hasRecord {
            found.append((String(decoding: reader.path, as: UTF8.self), reader.record))
            lengths += try reader.entry().chunks.map(\.length)
            #expect(reader.index == UInt64(found.count - 1))
            try reader.advance()
        }
        return found
    }

    @Test(arguments: [1, 3, 5000]) func `gives back what was written`(count: Int) throws {
        try write(count)
        var lengths: [Int] = []
        let found = try read(&lengths)
        #expect(lengths == Array(1...count))
        #expect(found.map(\.0) == (1...count).map { "p/\($0)" })
        #expect(found.map(\.1) == (1...count).map(record))
    }

    @Test func `holds for an entry what its own path takes, however long one before it was`() throws {
        let long = Array(repeating: String(repeating: "l", count: 255), count: 8).joined(separator: "/")
        let file = try #require(Descriptor.opening(CName(path), O_RDWR | O_CREAT | O_TRUNC, mode: 0o600))
        let writer = EntryListWriter(file, place: "a test")
        for name in [long, "m/short", "m/such"] {
            try [UInt8]().withUnsafeBytes { try writer.append(record(1), path: Array(name.utf8), chunks: $0) }
        }
        _ = try writer.finish()

        let reader = try EntryListReader(#require(Descriptor.opening(CName(path), O_RDONLY)), place: "a test")
        var held: [RelativePath] = []
        while reader.hasRecord {
            held.append(try reader.entry().path)
            try reader.advance()
        }
        #expect(held.map { String(decoding: $0.bytes, as: UTF8.self) } == [long, "m/short", "m/such"])
        #expect(held.dropFirst().allSatisfy { $0.bytes.capacity < 100 }, "\(held.map(\.bytes.capacity))")
    }

    @Test func `that is cut anywhere is damaged`() throws {
        try write(3)
        let size = Int(try #require(site.status(path)).size)
        for length in stride(from: size - 1, through: 0, by: -7) {
            truncate(path, length)
            #expect(throws: StagingError.self, "cut to \(length) bytes") { try read() }
        }
    }

    @Test func `with one wrong byte anywhere is damaged`() throws {
        try write(3)
        let whole = try #require(site.bytes(path))
        for position in stride(from: 0, to: whole.count, by: 3) {
            let file = try #require(Descriptor.opening(CName(path), O_WRONLY))
            pwrite(file.number, [whole[position] ^ 0x10], 1, off_t(position))
            #expect(throws: (any Error).self, "byte \(position)") { try read() }
            pwrite(file.number, [whole[position]], 1, off_t(position))
        }
        #expect(try read().count == 3)
    }

    @Test func `can begin with another list's first records`() throws {
        try write(4000)
        let source = try #require(Descriptor.opening(CName(path), O_RDONLY))
        let reader = try EntryListReader(source, place: "a test")
        while reader.index < 3500 { try reader.advance() }
        let target = try #require(Descriptor.opening(CName(path + "2"), O_RDWR | O_CREAT, mode: 0o600))
        let writer = EntryListWriter(target, place: "a test")
        try writer.append(from: source, upTo: reader.recordStart, records: reader.index)
        while reader.hasRecord {
            try reader.withChunks { try writer.append(reader.record, path: reader.path, chunks: $0) }
            try reader.advance()
        }
        _ = try writer.finish()
        #expect(site.bytes(path) == site.bytes(path + "2"))
    }
}
