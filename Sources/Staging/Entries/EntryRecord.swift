import Content
import LevelTree

/// The list of a generation's files, as it lies in `<staging>/generations/<sequence>/entries`: what the manifest is
/// made from, and the hash cache of the next pass. All numbers are little endian.
///
/// ```
/// "CLXE" version:u8 (1)
/// record*   length:u32 (of what follows in the record)
///           size:u64 modified:i64,i32 changed:i64,i32 inode:u64   the source's stamp; times in seconds, nanoseconds
///           mode:u16 flags:u8 (1 stale, 2 racy) part:u8
///           path length:u16 path
///           (chunk id, 32 bytes; length:u32)*
/// end       0:u32 record count:u64 SHA-256 of all before it
/// ```
///
/// A file and not a table, because it is only ever read from its start to its end, next to a walk of the source.
enum EntryFormat {
    static let magic = Array("CLXE".utf8) + [1]
    static let staleFlag: UInt8 = 1
    static let racyFlag: UInt8 = 2
    /// Bytes of a record from its size to its path length, both included.
    static let fixedLength = 46
    static let chunkLength = ChunkID.byteCount + 4
    static let endLength = 4 + 8 + ChunkID.byteCount
    /// More than the chunks of a file of 64 GiB take: a length beyond it is damage.
    static let longestRecord = 1 << 28
}

/// One record, but for its path and chunks.
struct EntryRecord: Equatable {
    var stamp: SourceStamp
    var mode: UInt16
    var isStale: Bool
    /// Of the gathering; 0 where content is copied, because then the source is of no further interest.
    var part: UInt8

    func append(to bytes: inout [UInt8], path: [UInt8], chunks: UnsafeRawBufferPointer) {
        bytes.append(littleEndian: UInt32(EntryFormat.fixedLength + path.count + chunks.count))
        bytes.append(littleEndian: stamp.size)
        bytes.append(littleEndian: stamp.modified.seconds)
        bytes.append(littleEndian: stamp.modified.nanoseconds)
        bytes.append(littleEndian: stamp.changed.seconds)
        bytes.append(littleEndian: stamp.changed.nanoseconds)
        bytes.append(littleEndian: stamp.inode)
        bytes.append(littleEndian: mode)
        bytes.append((isStale ? EntryFormat.staleFlag : 0) | (stamp.isRacy ? EntryFormat.racyFlag : 0))
        bytes.append(part)
        bytes.append(littleEndian: UInt16(path.count))
        bytes.append(contentsOf: path)
        bytes.append(contentsOf: chunks)
    }

    /// - Parameter bytes: a record's fixed part.
    init(_ bytes: UnsafeRawBufferPointer) {
        func number<Number: FixedWidthInteger>(_ offset: Int, _: Number.Type) -> Number {
            Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
        }
        let flags = bytes[42]
        stamp = SourceStamp(
            size: number(0, UInt64.self),
            modified: FileTime(seconds: number(8, Int64.self), nanoseconds: number(16, Int32.self)),
            changed: FileTime(seconds: number(20, Int64.self), nanoseconds: number(28, Int32.self)),
            inode: number(32, UInt64.self), isRacy: flags & EntryFormat.racyFlag != 0)
        mode = number(40, UInt16.self)
        isStale = flags & EntryFormat.staleFlag != 0
        part = bytes[43]
    }

    init(stamp: SourceStamp, mode: UInt16, isStale: Bool = false, part: UInt8) {
        self.stamp = stamp
        self.mode = mode
        self.isStale = isStale
        self.part = part
    }
}

extension [UInt8] {
    mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// Appends a chunk as an entry list holds it.
    mutating func append(chunk id: ChunkID, length: Int) {
        id.append(to: &self)
        append(littleEndian: UInt32(length))
    }
}
