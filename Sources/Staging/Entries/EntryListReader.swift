import Content
import Glibc
import LevelTree

/// Reads an entry list from its start to its end, one record at a time. Holds a buffer of 64 KiB, or the largest record.
///
/// Nothing in it is believed before the end: its hash is checked there, and what was read must be thrown away if it does
/// not hold.
final class EntryListReader {
    private let file: Descriptor
    private let place: String
    private var buffer: [UInt8] = []
    /// Where the current record, and what comes after it, begin in `buffer`.
    private var start = 0
    private var next = 0
    /// Where `buffer` begins in the file.
    private var base = 0
    private var hash = SHA256Stream()
    private var chunkRange = 0..<0
    private static let readSize = 64 << 10

    /// Whether there is a current record.
    private(set) var hasRecord = false
    private(set) var path: [UInt8] = []
    private(set) var record: EntryRecord
    /// How many records came before the current one.
    private(set) var index: UInt64 = 0
    /// Where the current record begins in the file, in bytes; at the end, where the records end.
    var recordStart: Int { base + start }

    /// Opens the list and stands at its first record.
    /// - Throws: `StagingError`, `.damaged` if it is not a whole list.
    init(_ file: Descriptor, place: String) throws {
        self.file = file
        self.place = place
        record = EntryRecord(
            stamp: SourceStamp(
                size: 0, modified: FileTime(seconds: 0, nanoseconds: 0),
                changed: FileTime(seconds: 0, nanoseconds: 0), inode: 0),
            mode: 0, part: 0)
        guard try fill(EntryFormat.magic.count), buffer.starts(with: EntryFormat.magic) else { throw damaged() }
        next = EntryFormat.magic.count
        try readRecord()
    }

    var descriptor: Descriptor { file }

    /// The current record's chunks, as the list holds them; valid during the call.
    func withChunks<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try buffer.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[chunkRange])) }
    }

    func advance() throws {
        guard hasRecord else { return }
        index += 1
        try readRecord()
    }

    /// The current record as a manifest has it.
    func entry() throws -> ManifestEntry {
        let chunks = try withChunks { bytes in
            try stride(from: 0, to: bytes.count, by: EntryFormat.chunkLength).map { offset in
                let id = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + ChunkID.byteCount])
                let length = bytes.loadUnaligned(fromByteOffset: offset + ChunkID.byteCount, as: UInt32.self)
                return ChunkReference(id: try ChunkID(bytes: id), length: Int(UInt32(littleEndian: length)))
            }
        }
        // A copy of its own length: the array that is read into has room for the longest path until now, and many entries
        // are held at once.
        let own = try path.withUnsafeBufferPointer { try RelativePath($0) }
        return ManifestEntry(
            path: own, size: record.stamp.size, mode: record.mode, modified: record.stamp.modified,
            isStale: record.isStale, chunks: chunks)
    }

    /// The current record, with where its content can be read.
    func stagedEntry() throws -> StagedEntry {
        StagedEntry(entry: try entry(), stamp: record.stamp, part: Int(record.part))
    }

    private func readRecord() throws {
        start = next
        guard try fill(4) else { throw damaged() }
        let length = Int(number(start, UInt32.self))
        guard length > 0 else { return try readEnd() }
        guard length >= EntryFormat.fixedLength, length <= EntryFormat.longestRecord, try fill(4 + length) else {
            throw damaged()
        }
        let fixed = start + 4
        let pathStart = fixed + EntryFormat.fixedLength
        let pathEnd = pathStart + Int(number(pathStart - 2, UInt16.self))
        next = fixed + length
        guard pathEnd <= next, (next - pathEnd).isMultiple(of: EntryFormat.chunkLength) else { throw damaged() }
        record = buffer.withUnsafeBytes { EntryRecord(UnsafeRawBufferPointer(rebasing: $0[fixed..<pathStart])) }
        path.removeAll(keepingCapacity: true)
        path.append(contentsOf: buffer[pathStart..<pathEnd])
        chunkRange = pathEnd..<next
        hasRecord = true
    }

    private func readEnd() throws {
        hasRecord = false
        path.removeAll(keepingCapacity: true)
        guard try fill(EntryFormat.endLength), number(start + 4, UInt64.self) == index else { throw damaged() }
        buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<(start + 12)])) }
        let told = try ChunkID(bytes: Array(buffer[start + 12..<start + EntryFormat.endLength]))
        guard told == hash.finalized() else { throw damaged() }
    }

    /// Brings at least `count` bytes from `start` on into the buffer; false if the file ends before.
    private func fill(_ count: Int) throws -> Bool {
        guard buffer.count - start < count else { return true }
        // What is dropped here is behind the current record, so it is hashed exactly once.
        buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<start])) }
        let kept = buffer[start...]
        base += start
        next -= start
        start = 0
        let offset = base + kept.count
        buffer = try [UInt8](unsafeUninitializedCapacity: max(EntryListReader.readSize, count)) { space, filled in
            filled = space.initialize(fromContentsOf: kept)
            let room = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(space)[filled...])
            guard let got = readUpTo(room, from: file, at: offset) else {
                throw StagingError.failing(to: "read \(place)")
            }
            filled += got
        }
        return buffer.count >= count
    }

    private func number<Number: FixedWidthInteger>(_ offset: Int, _: Number.Type) -> Number {
        buffer.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
    }

    private func damaged() -> StagingError {
        StagingError(
            .damaged, "the entry list \(place) is not whole; what it lists must be collected again from the source")
    }
}
