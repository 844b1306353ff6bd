import Content
import Glibc
import LevelTree

/// How a file looks in the tree, whatever it looked like at the school.
struct TreeFileState: Hashable, Sendable {
    /// Read-only for everybody, and readable for the owner and the reader group.
    let mode: mode_t
    let size: UInt64
    let modified: FileTime

    init(_ entry: ManifestEntry) {
        mode = (mode_t(entry.mode) | 0o440) & ~0o222 & 0o777
        size = entry.size
        modified = entry.modified
    }

    /// The first thing in which a file differs, as a clause that reads on after its name; nil if nothing does.
    func difference(from status: stat) -> String? {
        guard status.st_mode & S_IFMT == S_IFREG else { return "is not a file" }
        guard UInt64(status.st_size) == size else { return "has \(status.st_size) bytes instead of \(size)" }
        guard status.st_mode & 0o7777 == mode else {
            return "has the mode \(octal(status.st_mode & 0o7777)) instead of \(octal(mode))"
        }
        guard hasTime(status) else { return "has another modification time" }
        return nil
    }

    /// The times that every usual filesystem can keep: from 1901 to 2446, the bounds of ext4. Others are moved to the
    /// nearest bound without a word when they are set, so they cannot be compared.
    private static let keptSeconds: ClosedRange<Int64> = -(1 << 31)...15_032_385_535

    private func hasTime(_ status: stat) -> Bool {
        guard Self.keptSeconds.contains(modified.seconds) else { return true }
        return status.st_mtim.tv_sec == modified.seconds && status.st_mtim.tv_nsec == modified.nanoseconds
    }

    private func octal(_ mode: mode_t) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
