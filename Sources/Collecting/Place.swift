import Glibc
import LevelTree
import Staging

/// Finds the first of several places where a dataset may lie.
enum Place {
    /// A folder, taken whole but for what is never collected.
    /// - Parameter include: asked for each file that may be collected at all.
    static func folder(
        _ candidates: [String],
        include: @escaping @Sendable (RelativePath) -> SourceVerdict = NeverCollected.fileVerdictWithKeys
    ) -> Location {
        let place = candidates.first { Folder.kind(at: $0) != .absent } ?? candidates[0]
        let folder = SourceFolder(path: place, include: include, enter: NeverCollected.folderVerdict)
        return Location(
            gathering: Gathering(parts: [.folder(folder)]), absence: absence(of: .folder, at: place, of: candidates))
    }

    /// A single file, as the dataset's `name`.
    static func file(_ candidates: [String], as name: RelativePath) -> Location {
        let place = candidates.first { Folder.kind(at: $0) != .absent } ?? candidates[0]
        return Location(
            gathering: Gathering(parts: [.file(at: Array(place.utf8), as: name)]),
            absence: absence(of: .file, at: place, of: candidates))
    }

    private static func absence(of wanted: Folder.Kind, at place: String, of candidates: [String]) -> String? {
        let noun = wanted == .folder ? "folder" : "file"
        switch Folder.kind(at: place) {
        // One that may not be read is there; staging will say so.
        case wanted, .unknown: return nil
        case .absent: return "there is no \(noun) \(candidates.joined(separator: ", nor "))"
        case .link:
            return "\(place) is a symbolic link, which is not followed; mount the \(noun) there instead (mount --bind)"
        default: return "\(place) is no \(noun)"
        }
    }
}
