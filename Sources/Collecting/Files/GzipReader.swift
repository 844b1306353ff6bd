import CZlib
import Glibc

/// Unpacks a gzip file piece by piece, to its trailer, whose checksum and length are checked (RFC 1952). What is no gzip
/// file comes out as it is, as zlib has it.
final class GzipReader {
    private let packed: gzFile
    /// Once the end was reached, what is wrong with the file, as it stands inside a sentence; nil if it is whole.
    private(set) var damage: String?

    /// - Parameter file: open for reading; it stays the caller's, but its position is the reader's from here on. It is read
    ///   from its beginning, wherever that was.
    /// - Returns: nil if there is no memory.
    init?(_ file: Int32) {
        let own = fcntl(file, F_DUPFD_CLOEXEC, 0)
        guard own >= 0, lseek(own, 0, SEEK_SET) == 0, let packed = gzdopen(own, "rb") else {
            if own >= 0 { close(own) }
            return nil
        }
        self.packed = packed
    }

    deinit { gzclose_r(packed) }

    /// Whether it is no gzip file. Only known once something was read.
    var isPlain: Bool { gzdirect(packed) != 0 }

    /// The next bytes, at most `count`; none at the end, or where damage makes one.
    func next(upTo count: Int) -> [UInt8] {
        var got: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { space, filled in
            got = gzread(packed, space.baseAddress, UInt32(clamping: count))
            filled = max(0, Int(got))
        }
        if got <= 0 {
            var code: Int32 = Z_OK
            let reason = String(cString: gzerror(packed, &code))
            if got < 0 || code != Z_OK && code != Z_STREAM_END { damage = GzipReader.sentence(reason) }
        }
        return bytes
    }

    /// zlib begins with the descriptor: `<fd:17>: unexpected end of file`.
    private static func sentence(_ text: String) -> String {
        let words = text.drop { $0 != " " }.dropFirst()
        return words.isEmpty ? "it ends too early" : String(words)
    }
}
