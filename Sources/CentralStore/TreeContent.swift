import Content
import Glibc
import LevelTree

/// Brings an entry's content from the packs into a file.
enum TreeContent {
    /// Writes the content and sets the modification time; the mode is left to the caller.
    ///
    /// - Parameter progress: gets the bytes of each chunk that was written.
    /// - Throws: `StoreError`; `damaged` if a chunk is not what the manifest says.
    static func write(
        _ entry: ManifestEntry, from source: some SnapshotSource, to file: Int32, place: @autoclosure () -> String,
        progress: (UInt64) -> Void = { _ in }
    ) throws {
        for chunk in entry.chunks {
            try source.withChunk(chunk.id) { bytes in
                guard bytes.count == chunk.length else {
                    throw StoreError(
                        .damaged,
                        "the chunk \(chunk.id) of \(entry.path) has \(bytes.count) bytes, but its manifest says \(chunk.length)"
                    )
                }
                guard writeAll(bytes, to: file) else { throw TreeFault.error("write", place()) }
            }
            progress(UInt64(chunk.length))
        }
        var times = [
            timespec(tv_sec: 0, tv_nsec: Int(utimeOmit)),
            timespec(tv_sec: Int(entry.modified.seconds), tv_nsec: Int(entry.modified.nanoseconds)),
        ]
        guard futimens(file, &times) == 0 else { throw TreeFault.error("set the modification time of", place()) }
    }

    /// - Returns: false with errno set if not everything could be written.
    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let written = Glibc.write(file, rest.baseAddress, rest.count)
            if written > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            } else if written == 0 || errno != EINTR {
                return false
            }
        }
        return true
    }
}

/// `UTIME_OMIT` of stat(2): leave this time as it is. The macro is beyond Swift's importer.
private let utimeOmit = (1 << 30) - 2
