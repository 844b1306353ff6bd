import LevelTree
import Staging

/// What lies in the drop folder: archives, unzipped ones, and files that are neither.
///
/// Staff bring what they bring, so a folder may also hold the archives of one lab PC or of one USB disk. Such a folder is
/// one that has an archive in it, at most three folders deep, and is none itself.
struct DropFolder {
    /// A zip file as unplatform's script makes it, with the MD5 file that it writes beside it, if that is there
    /// (CLIxIndia-Dev/unplatform_v2, scripts/data_extraction/DataExtractionScript.bat).
    struct Archive {
        let path: RelativePath
        let place: SourcePlace
        let stamp: FileStamp
        let checksum: Checksum?

        /// Without `.zip`.
        var name: [UInt8] { Array(path.lastComponent.dropLast(4)) }
    }

    struct Checksum {
        let path: RelativePath
        let place: SourcePlace
        let stamp: FileStamp
    }

    struct Unzipped {
        let path: RelativePath
        let place: SourcePlace

        var name: [UInt8] { Array(path.lastComponent) }
    }

    private(set) var archives: [Archive] = []
    private(set) var unzipped: [Unzipped] = []
    /// Folders that hold archives, by their paths, and what is in them beside those is loose; the drop folder itself too.
    private(set) var groups: Set<RelativePath> = []
    private(set) var shortfalls: [Shortfall] = []

    /// What the script puts into an archive, and what an installation has.
    static let marks = ["unplatform", "assessment", "logging", "repository", "webapps"].map { Array($0.utf8) }
    private static let deepestGroup = 3

    init(_ root: SourcePlace) { look(into: root, at: nil, depth: 0) }

    private mutating func look(into folder: SourcePlace, at: RelativePath?, depth: Int) {
        guard let found = FolderLook(folder) else {
            let name = at.map { "\($0)" } ?? ""
            return shortfalls.append(Shortfall(path: name, reason: "cannot be listed; look at its permissions"))
        }
        for file in found.files where DropFolder.isArchive(file.name) {
            guard let place = folder.appending(file.name), let path = DropFolder.join(at, file.name) else { continue }
            let checksum = found.file(named: DropFolder.checksumNames(file.name)).flatMap { checksum in
                DropFolder.join(at, checksum.name).flatMap { path in
                    folder.appending(checksum.name).map { Checksum(path: path, place: $0, stamp: checksum.stamp) }
                }
            }
            archives.append(Archive(path: path, place: place, stamp: file.stamp, checksum: checksum))
        }
        for name in found.folders {
            guard let place = folder.appending(name), let path = DropFolder.join(at, name),
                case .take = NeverCollected.folderVerdict(path)
            else { continue }
            if DropFolder.isGroup(place, depth: depth + 1) {
                groups.insert(path)
                look(into: place, at: path, depth: depth + 1)
            } else {
                unzipped.append(Unzipped(path: path, place: place))
            }
        }
    }

    private static func join(_ folder: RelativePath?, _ name: [UInt8]) -> RelativePath? {
        guard let name = try? RelativePath(component: name) else { return nil }
        guard let folder else { return name }
        return try? folder.appending(name)
    }

    private static func isGroup(_ folder: SourcePlace, depth: Int) -> Bool {
        guard depth <= deepestGroup, let found = FolderLook(folder), !isUnzipped(found) else { return false }
        return found.files.contains { isArchive($0.name) }
            || found.folders.contains { name in
                folder.appending(name).map { FolderLook($0).map(isUnzipped) ?? false || isGroup($0, depth: depth + 1) }
                    ?? false
            }
    }

    private static func isUnzipped(_ found: FolderLook) -> Bool {
        found.folders.contains { marks.contains($0) }
    }

    static func isArchive(_ name: some Collection<UInt8>) -> Bool {
        name.suffix(4).map(lowercased).elementsEqual(".zip".utf8)
    }

    /// `<name>checksum.txt`, and what one gets who gives the script's last line the file's whole name.
    static func checksumNames(_ archive: [UInt8]) -> [[UInt8]] {
        [Array(archive.dropLast(4)), archive].map { $0 + Array("checksum.txt".utf8) }
    }
}
