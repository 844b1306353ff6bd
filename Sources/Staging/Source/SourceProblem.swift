import Glibc
import LevelTree

/// Why a source folder, or a single source file, could not be begun with.
struct SourceFolderProblem: Error {
    /// Whether nothing is there at all, as when a disk is not mounted. A symlink counts: it is not followed.
    let isMissing: Bool
    /// A whole sentence without the full stop.
    let message: String

    init(_ path: [UInt8], _ number: Int32) {
        isMissing = [ENOENT, ENOTDIR, ELOOP].contains(number)
        let name = escapedText(path)
        message =
            switch number {
            case ENOENT: "the source \(name) is not there"
            case ENOTDIR, ELOOP:
                "the source \(name) is not a folder of its own, or is a symlink, which is not followed; "
                    + "set its real path under [source]"
            default: "the source \(name) cannot be read: \(missedReason(number, clause: false))"
            }
    }
}

/// Why one file or folder was missed, as a clause that reads on after its path.
func missedReason(_ number: Int32, clause: Bool = true) -> String {
    switch number {
    case ENOENT: return "vanished while it was being collected"
    case ELOOP, ENXIO: return "became something other than a plain file while it was being collected"
    default:
        let reason = String(cString: strerror(number))
        return clause ? "cannot be read: \(reason)" : reason
    }
}
