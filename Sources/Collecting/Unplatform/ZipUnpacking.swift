import Glibc
import LevelTree

/// Writes what is in an archive into an empty folder.
struct ZipUnpacking {
    let archive: ZipArchive
    /// Absolute.
    let folder: String
    /// Left out of the paths, which are all in it.
    let top: RelativePath?
    let timeZone: SchoolTimeZone
    /// Of entries that have no time.
    let modified: FileTime

    /// What is never collected leaves its name only, so that it is listed with what is skipped.
    /// - Throws: `ArchiveProblem`; what was written until then stays.
    func run() throws(ArchiveProblem) {
        var parent: RelativePath?
        try archive.forEach { entry throws(ArchiveProblem) in
            let path = try inside(entry)
            if entry.isFolder {
                if let path { try makeFolders(path) }
                return
            }
            guard let path else { throw ZipUnpacking.clash(entry.path) }
            if let above = path.parent, above != parent {
                try makeFolders(above)
                parent = above
            }
            try write(entry, to: path)
        }
    }

    /// Nil for the top folder itself.
    private func inside(_ entry: ZipEntry) throws(ArchiveProblem) -> RelativePath? {
        guard let top else { return entry.path }
        return try? RelativePath(entry.path.bytes.dropFirst(top.bytes.count + 1))
    }

    private func write(_ entry: ZipEntry, to path: RelativePath) throws(ArchiveProblem) {
        let file = withCPath(joined(Array(folder.utf8), path.bytes)) {
            open($0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
        guard file >= 0 else { throw problem(errno, entry.path) }
        defer { close(file) }
        var isTaken = false
        if case .take = NeverCollected.fileVerdictWithKeys(path) { isTaken = true }
        var sink = OutputSink(.file(descriptor: file, limit: Int64(clamping: entry.size)))
        try archive.read(entry) { bytes throws(ArchiveProblem) in
            guard isTaken, case .failed(let number) = sink.take(bytes) else { return }
            throw problem(number, entry.path)
        }
        let time = self.time(of: entry)
        let stamp = timespec(tv_sec: Int(time.seconds), tv_nsec: Int(time.nanoseconds))
        // What lab PCs note of permissions means nothing here.
        guard fchmod(file, 0o644) == 0, futimens(file, [stamp, stamp]) == 0 else { throw problem(errno, entry.path) }
    }

    private func makeFolders(_ path: RelativePath) throws(ArchiveProblem) {
        var place = Array(folder.utf8)
        for component in path.components {
            place = joined(place, Array(component))
            guard withCPath(place, { mkdir($0, 0o700) }) == 0 || errno == EEXIST else { throw problem(errno, path) }
        }
    }

    private func problem(_ number: Int32, _ path: RelativePath) -> ArchiveProblem {
        switch number {
        case EEXIST, ENOTDIR, EISDIR: ZipUnpacking.clash(path)
        case ENOSPC, EDQUOT: .waits("waits for room on the staging disk")
        default:
            .failed(
                CollectingProblem(
                    .noRoom,
                    "an archive cannot be unpacked beside staging (\(String(cString: strerror(number)).lowercasedFirst))"
                ))
        }
    }

    private static func clash(_ path: RelativePath) -> ArchiveProblem {
        .refused("has two entries in it that want the same place: \(path)")
    }

    /// The lab PC's clock is taken to be in the school's zone: the format has none.
    private func time(of entry: ZipEntry) -> FileTime {
        let made = entry.made
        guard (1980...2107).contains(made[0]), (1...12).contains(made[1]), (1...31).contains(made[2]) else {
            return modified
        }
        let days = CivilDate(year: made[0], month: made[1], day: made[2]).daysSince1970
        let wall = days * 86_400 + Int64(made[3] * 3600 + made[4] * 60 + made[5])
        let offset = timeZone.local(FileTime(seconds: wall, nanoseconds: 0)).offset
        return FileTime(seconds: wall - Int64(offset), nanoseconds: 0)
    }
}
