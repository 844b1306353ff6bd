import Glibc
import LevelTree

/// Looks for what a repository never has in its `.git`: FIFOs, devices, sockets. git would open them, and may wait for
/// ever.
///
/// Nothing is opened but folders. A link is followed once to see what it names, and not entered.
enum SpecialFiles {
    /// Far more than a school's repository has; behind it the deadline of the commands is left.
    private static let mostNames = 1_000_000

    /// - Parameter isExcepted: asked for the names at the top, which git is not shown.
    /// - Throws: `CollectingProblem`, `.unusable`, naming the first one found.
    static func refuse(in folders: [[UInt8]], except isExcepted: (_ name: [UInt8]) -> Bool) throws(CollectingProblem) {
        var left = mostNames
        for top in Set(folders).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            var waiting = [top]
            while left > 0, let folder = waiting.popLast() {
                guard let stream = withCPath(folder, { opendir($0) }) else { continue }
                defer { closedir(stream) }
                while left > 0, let entry = readdir(stream) {
                    left -= 1
                    let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
                    if name == [0x2e] || name == [0x2e, 0x2e] || (folder == top && isExcepted(name)) { continue }
                    let path = joined(folder, name)
                    switch kind(of: path, type: entry.pointee.d_type) {
                    case .folder: waiting.append(path)
                    case .other:
                        throw CollectingProblem(
                            .unusable, "\(escapedText(path)) is neither file nor folder, so nothing is read there")
                    default: continue
                    }
                }
            }
        }
    }

    private static func kind(of path: [UInt8], type: UInt8) -> Folder.Kind {
        switch Int32(type) {
        case Int32(DT_REG): return .file
        case Int32(DT_DIR): return .folder
        case Int32(DT_LNK): return targetKind(of: path)
        case Int32(DT_UNKNOWN):
            let kind = Folder.kind(at: path)
            return kind == .link ? targetKind(of: path) : kind
        default: return .other
        }
    }

    /// `.other` for a link to a special file, else `.link`.
    private static func targetKind(of path: [UInt8]) -> Folder.Kind {
        var facts = stat()
        guard withCPath(path, { stat($0, &facts) }) == 0 else { return .link }
        let type = facts.st_mode & S_IFMT
        return type == S_IFREG || type == S_IFDIR ? .link : .other
    }
}
