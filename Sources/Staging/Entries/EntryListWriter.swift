import Content
import Glibc

/// Writes an entry list, record by record, in the order given. Durable only after a `syncfs` by the caller.
final class EntryListWriter {
    private let file: Descriptor
    private let place: String
    private var buffer: [UInt8] = []
    private var hash = SHA256Stream()
    private(set) var count: UInt64 = 0

    private static let flushSize = 64 << 10

    /// - Parameters:
    ///   - file: open for writing, empty.
    ///   - place: for messages.
    init(_ file: Descriptor, place: String) {
        self.file = file
        self.place = place
        buffer.reserveCapacity(EntryListWriter.flushSize + (4 << 10))
        buffer.append(contentsOf: EntryFormat.magic)
    }

    func append(_ record: EntryRecord, path: [UInt8], chunks: UnsafeRawBufferPointer) throws {
        record.append(to: &buffer, path: path, chunks: chunks)
        count += 1
        if buffer.count >= EntryListWriter.flushSize { try flush() }
    }

    /// Takes over the first records of another list as they are.
    ///
    /// - Parameters:
    ///   - end: where they end in it, in bytes.
    ///   - records: how many they are.
    func append(from list: Descriptor, upTo end: Int, records: UInt64) throws {
        var position = EntryFormat.magic.count
        var part = [UInt8](repeating: 0, count: EntryListWriter.flushSize)
        while position < end {
            let wanted = min(part.count, end - position)
            let got = part.withUnsafeMutableBytes { pread(list.number, $0.baseAddress, wanted, off_t(position)) }
            guard got > 0 else {
                throw got == 0
                    ? StagingError(.damaged, "the entry list before \(place) is cut short")
                    : StagingError.failing(to: "read the entry list before \(place)")
            }
            buffer.append(contentsOf: part[..<got])
            position += got
            try flush()
        }
        count += records
    }

    /// Ends the list.
    /// - Returns: its length in bytes.
    func finish() throws -> UInt64 {
        buffer.append(littleEndian: UInt32(0))
        buffer.append(littleEndian: count)
        try flush()
        hash.finalized().append(to: &buffer)
        try write()
        return FileStatus.of(file.number)?.size ?? 0
    }

    private func flush() throws {
        hash.update(buffer)
        try write()
    }

    private func write() throws {
        try buffer.withUnsafeBytes { bytes in
            try writeAll(bytes, to: file.number) { StagingError.failing(to: "write \(place)", $0) }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

/// Writes all of `bytes`.
/// - Parameter failure: makes the error to throw from `errno(3)`.
func writeAll(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, failure: (Int32) -> StagingError
) throws {
    var left = bytes
    while !left.isEmpty {
        let count = write(descriptor, left.baseAddress, left.count)
        if count < 0 {
            if errno == EINTR { continue }
            throw failure(errno)
        }
        left = UnsafeRawBufferPointer(rebasing: left[count...])
    }
}
