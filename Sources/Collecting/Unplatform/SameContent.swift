import Glibc
import LevelTree
import Staging

/// Whether one folder holds all the files of another, byte for byte.
enum SameContent {
    static func holds(_ whole: SourcePlace, allOf part: SourcePlace) -> Bool {
        var isHeld = true
        let walk = Gathering(parts: [.folder(SourceFolder(part))])
        _ = SourceSurvey(of: walk) { path, size in
            guard isHeld else { return }
            guard let one = whole.appending(path), let other = part.appending(path) else { return isHeld = false }
            isHeld = isSame(one, other, size)
        }
        return isHeld
    }

    private static func isSame(_ one: SourcePlace, _ other: SourcePlace, _ size: UInt64) -> Bool {
        guard let left = try? one.openDescriptor(.file) else { return false }
        defer { close(left) }
        guard let right = try? other.openDescriptor(.file) else { return false }
        defer { close(right) }
        var facts = stat()
        guard fstat(left, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, UInt64(max(0, facts.st_size)) == size,
            let hash = try? ArchiveDigests(reading: left).content
        else { return false }
        return hash == (try? ArchiveDigests(reading: right).content)
    }
}
