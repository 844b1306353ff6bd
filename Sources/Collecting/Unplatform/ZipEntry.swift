import CMinizip
import Glibc
import LevelTree

/// One entry of a zip archive, as its directory has it (PKWARE APPNOTE.TXT, 4.3.12), with a name that was checked.
struct ZipEntry {
    let path: RelativePath
    let isFolder: Bool
    /// Unpacked and packed, in bytes.
    let size: UInt64
    let packedSize: UInt64
    /// As the clock of the machine that made it showed: year, month, day, hour, minute, second; zeros if it says nothing.
    let made: [Int]

    /// In bytes, so that there is room for the folders above it; and folders deep.
    private static let longestName = 2048
    private static let deepest = 100

    /// - Parameter name: raw, without its end.
    /// - Throws: `.refused` if it is none that unplatform's script would have written.
    init(_ facts: unz_file_info64, name: [UInt8]) throws(ArchiveProblem) {
        guard facts.flag & 1 == 0 else { throw .refused("is encrypted; bring it without a password") }
        guard facts.compression_method == 0 || facts.compression_method == 8 else {
            throw .refused(
                "is packed in a way that is not known here (method \(facts.compression_method)); pack it as a plain zip"
            )
        }
        // What wrote it was a Unix, and noted what stat(2) said.
        let kind = facts.version >> 8 == 3 ? mode_t(truncatingIfNeeded: facts.external_fa >> 16) & S_IFMT : 0
        guard [0, S_IFREG, S_IFDIR].contains(kind) else {
            throw .refused("has a link or a device in it: \(escapedText(name))")
        }
        var parts = name.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
        if parts.starts(with: "./".utf8), parts.count > 2 { parts.removeFirst(2) }
        isFolder = parts.last == UInt8(ascii: "/")
        if isFolder { parts.removeLast() }
        guard let path = try? RelativePath(parts), !ZipEntry.hasDrive(parts), parts.count <= ZipEntry.longestName,
            path.components.count <= ZipEntry.deepest
        else {
            throw .refused("has a name in it that leads elsewhere, or is none: \(escapedText(name.prefix(200)))")
        }
        self.path = path
        size = facts.uncompressed_size
        packedSize = facts.compressed_size
        let date = facts.tmu_date
        made = [date.tm_year, date.tm_mon &+ 1, date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec].map(Int.init)
    }

    /// `C:` at the beginning, which leads to another disk on Windows.
    private static func hasDrive(_ name: [UInt8]) -> Bool {
        name.count > 1 && name[1] == UInt8(ascii: ":") && (0x61...0x7a).contains(lowercased(name[0]))
    }
}
