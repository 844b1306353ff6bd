import LevelTree

/// Reads a manifest that comes in parts, and trusts none of it: a path that could lead out of the dataset, an entry out
/// of order, lengths that do not add up, and a cut end are all refused.
///
/// Holds no more than one part and one entry.
public struct ManifestDecoder {
    private var input = ByteQueue()
    private var order = ManifestOrder()
    private var count: UInt64 = 0
    private var state = State.start

    private enum State { case start, entries, ended }

    public init() {}

    public mutating func feed(_ bytes: [UInt8]) {
        input.append(bytes)
    }

    /// The next entry, or nil if more bytes must be fed or the manifest has ended.
    public mutating func next() throws -> ManifestEntry? {
        if state == .start {
            guard let start = input.take(5) else { return nil }
            guard start.prefix(4).elementsEqual(ManifestFormat.magic), start[4] == ManifestFormat.version else {
                throw ContentProblem(.malformedManifest, "the manifest does not begin as one of version 1")
            }
            state = .entries
        }
        guard state == .entries else {
            guard input.isEmpty else { throw malformed("something follows the manifest's end") }
            return nil
        }
        return try nextEntry()
    }

    /// - Throws: `ContentProblem` unless the manifest has come to its own end.
    public func finish() throws {
        guard state == .ended, input.isEmpty else { throw malformed("the manifest is cut short") }
    }

    private mutating func nextEntry() throws -> ManifestEntry? {
        var reader = input.reader()
        guard let mark = reader.byte() else { return nil }
        if mark == ManifestFormat.endMark {
            guard let told = reader.number(UInt64.self) else { return nil }
            guard told == count else { throw malformed("the manifest has \(count) entries, but tells of \(told)") }
            input.drop(reader.position)
            state = .ended
            guard input.isEmpty else { throw malformed("something follows the manifest's end") }
            return nil
        }
        guard mark == ManifestFormat.entryMark else { throw malformed("an entry begins with the unknown mark \(mark)") }
        guard let entry = try readEntry(&reader) else { return nil }
        try entry.check()
        try order.admit(entry.path)
        input.drop(reader.position)
        count += 1
        return entry
    }

    private func readEntry(_ reader: inout ByteReader) throws -> ManifestEntry? {
        guard let pathLength = reader.number(UInt16.self), pathLength <= UInt16(RelativePath.maximumLength) else {
            if reader.isShort { return nil }
            throw malformed("a path is longer than \(RelativePath.maximumLength) bytes")
        }
        guard let path = reader.bytes(Int(pathLength)), let size = reader.number(UInt64.self),
            let mode = reader.number(UInt16.self), let flags = reader.byte(), let seconds = reader.number(Int64.self),
            let nanoseconds = reader.number(Int32.self), let chunkCount = reader.number(UInt32.self)
        else { return nil }
        guard flags & ~ManifestFormat.staleFlag == 0 else { throw malformed("an entry has unknown flags") }
        guard chunkCount <= ManifestFormat.maximumChunks, UInt64(chunkCount) <= size else {
            throw malformed("an entry of \(size) bytes tells of \(chunkCount) chunks")
        }
        guard let chunks = try readChunks(&reader, count: Int(chunkCount), size: size) else { return nil }
        return ManifestEntry(
            path: try RelativePath(path), size: size, mode: mode,
            modified: FileTime(seconds: seconds, nanoseconds: nanoseconds),
            isStale: flags & ManifestFormat.staleFlag != 0, chunks: chunks)
    }

    private func readChunks(_ reader: inout ByteReader, count: Int, size: UInt64) throws -> [ChunkReference]? {
        guard count > 0 else { return [] }
        // All of it must be there before anything is made: a told count alone must not cost memory.
        guard reader.has(count * ChunkID.byteCount + (count - 1) * 4) else { return nil }
        var ids: [ChunkID] = []
        ids.reserveCapacity(count)
        for _ in 0..<count {
            guard let bytes = reader.bytes(ChunkID.byteCount) else { return nil }
            ids.append(try ChunkID(bytes: Array(bytes)))
        }
        var chunks: [ChunkReference] = []
        chunks.reserveCapacity(count)
        var left = size
        for id in ids.dropLast() {
            guard let length = reader.number(UInt32.self) else { return nil }
            guard UInt64(length) < left else { throw malformed("the chunks of an entry are longer than its size") }
            left -= UInt64(length)
            chunks.append(ChunkReference(id: id, length: Int(length)))
        }
        guard left <= UInt64(ContentClass.bulk.maximum) else {
            throw ContentProblem(.wrongChunkLengths, "the chunks of an entry do not add up to its size")
        }
        chunks.append(ChunkReference(id: ids[count - 1], length: Int(left)))
        return chunks
    }

    private func malformed(_ message: String) -> ContentProblem { ContentProblem(.malformedManifest, message) }
}
