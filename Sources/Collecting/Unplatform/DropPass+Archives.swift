import Content
import Glibc
import LevelTree
import Staging
import Terminal

extension DropPass {
    mutating func take(_ archive: DropFolder.Archive) throws(CollectingProblem) {
        let times = [archive.stamp.modified, archive.checksum?.stamp.modified].compactMap(\.self)
        guard !times.contains(where: unsettled.contains) else {
            return wait(archive.path, "was changed a moment ago, and waits for the next pass")
        }
        let path = DropMemory.text(archive.path)
        let known = before.archives.first {
            ($0.path, $0.stamp, $0.checksum) == (path, archive.stamp, archive.checksum?.stamp)
        }
        if let known, let place = DropMemory.path(known.place) { return declare(archive, known, at: place) }
        do throws(ArchiveProblem) {
            try file(archive)
        } catch {
            switch error {
            case .failed(let problem): throw problem
            case .waits(let reason), .refused(let reason):
                shortfalls.append(Shortfall(path: "\(archive.path)", reason: reason))
            }
        }
    }

    /// Opens an archive that was not seen before.
    /// - Throws: never `.refused`: what is refused is kept aside, and where there is no room for that, it waits.
    private mutating func file(_ archive: DropFolder.Archive) throws(ArchiveProblem) {
        let file: Int32
        do throws(SourceProblem) {
            file = try archive.place.openDescriptor(.file)
        } catch {
            throw .waits(error.message)
        }
        defer { close(file) }
        let opened = DropPass.opened(file)
        try checkRoom(opened, archive)
        let digests: ArchiveDigests
        do throws(CollectingProblem) { digests = try ArchiveDigests(reading: file) } catch { throw .failed(error) }
        var facts = stat()
        guard fstat(file, &facts) == 0, FileStamp(facts) == archive.stamp else {
            throw .waits("changed while it was read, and waits for the next pass")
        }
        var record = DropMemory.Archive(
            path: DropMemory.text(archive.path), stamp: archive.stamp, checksum: archive.checksum?.stamp, place: "")
        var place: RelativePath
        do throws(ArchiveProblem) {
            try check(digests, archive)
            place = try unpack(try opened.get(), archive, digests.content, &record)
        } catch {
            guard case .refused(let reason) = error else { throw error }
            guard archive.stamp.size <= room else {
                throw .waits("\(reason); and there is no room to keep it aside, so that it waits for that")
            }
            room -= archive.stamp.size
            place = memory.claim(TerminalID.refused, archive.name, ending: ".zip", for: digests.content)
            record.refusal = reason
        }
        record.place = DropMemory.text(place)
        declare(archive, record, at: place)
    }

    /// What is to be said and staged of an archive whose place is known; what was unpacked is in this year's dataset.
    private mutating func declare(
        _ archive: DropFolder.Archive, _ record: DropMemory.Archive, at place: RelativePath
    ) {
        memory.archives.append(record)
        if let note = record.note { skipped.append(Shortfall(path: "\(archive.path)", reason: note)) }
        guard let reason = record.refusal else { return }
        shortfalls.append(Shortfall(path: "\(place)", reason: "\(reason). It is kept there unopened"))
        parts.append(.file(at: archive.place, as: place))
        guard let checksum = archive.checksum,
            let beside = try? RelativePath(place.bytes.dropLast(4) + Array("checksum.txt".utf8))
        else { return }
        parts.append(.file(at: checksum.place, as: beside))
    }

    private static func opened(_ file: Int32) -> Result<(ZipArchive, ZipContents), ArchiveProblem> {
        Result { () throws(ArchiveProblem) in
            var facts = stat()
            fstat(file, &facts)
            let zip = try ZipArchive(file)
            return (zip, try ZipContents(zip, archiveSize: UInt64(max(0, facts.st_size))))
        }
    }

    /// What is unpacked lies beside staging first, and then in it. Asked before the archive is read through, since one
    /// that has to wait is asked at every pass.
    private func checkRoom(
        _ opened: Result<(ZipArchive, ZipContents), ArchiveProblem>, _ archive: DropFolder.Archive
    ) throws(ArchiveProblem) {
        if case .failure(.failed(let problem)) = opened { throw .failed(problem) }
        guard case .success((_, let contents)) = opened, contents.footprint * 2 > room else { return }
        let (size, left) = (ByteText.size(contents.size), ByteText.size(room))
        throw .waits(
            "holds \(size), which is needed twice for a while, and waits for room on the staging disk, where \(left) "
                + "may be written now")
    }

    private func check(_ digests: ArchiveDigests, _ archive: DropFolder.Archive) throws(ArchiveProblem) {
        guard let checksum = archive.checksum,
            let text = try? SmallFile.read(checksum.place, limit: ChecksumText.longest),
            let wanted = ChecksumText.digits(text, archive: Array(archive.path.lastComponent)), wanted != digests.md5
        else { return }
        throw .refused("has the MD5 \(digests.md5), where \(checksum.path) says \(wanted)\(ArchiveProblem.again)")
    }

    private mutating func unpack(
        _ opened: (zip: ZipArchive, contents: ZipContents), _ archive: DropFolder.Archive, _ content: ChunkID,
        _ record: inout DropMemory.Archive
    ) throws(ArchiveProblem) -> RelativePath {
        if let place = memory.filed[content.hex].flatMap(DropMemory.path) {
            if memory.archives.contains(where: { $0.place == DropMemory.text(place) }) {
                record.note = "is a copy of what lies in \(place), and is not taken twice"
            }
            return place
        }
        let name = "\(memory.archives.count)"
        let folder = "\(scratch.path)/\(name)"
        guard mkdir(folder, 0o700) == 0 else {
            throw .failed(CollectingProblem(.noRoom, "no folder can be made in \(scratch.path)"))
        }
        do throws(ArchiveProblem) {
            try ZipUnpacking(
                archive: opened.zip, folder: folder, top: archive.wrapping(opened.contents.top),
                timeZone: context.timeZone, modified: archive.stamp.modified
            ).run()
        } catch {
            scratch.remove(name)
            throw error
        }
        return filing(SourcePlace(root: folder), named: name, opened.contents, archive, content, &record)
    }

    /// Gives what was unpacked its place, unless it lies there unzipped already.
    private mutating func filing(
        _ folder: SourcePlace, named name: String, _ contents: ZipContents, _ archive: DropFolder.Archive,
        _ content: ChunkID, _ record: inout DropMemory.Archive
    ) -> RelativePath {
        let tops = [nil, contents.top]
        let text = tops.lazy.compactMap { top in
            TerminalID.configurations.lazy.compactMap { path in
                let path = top.flatMap { try? $0.appending(path) } ?? path
                return folder.appending(path).flatMap {
                    try? SmallFile.read($0, limit: TerminalID.longestConfiguration)
                }
            }.first
        }.first
        let terminal = text.flatMap(TerminalID.read) ?? TerminalID.unknown(content)
        if let same = try? RelativePath(Array("\(terminal)/".utf8) + archive.name), let unzipped = unzipped[same],
            SameContent.holds(unzipped, allOf: folder)
        {
            scratch.remove(name)
            record.note = "lies unzipped beside itself, and is not taken twice"
            return same
        }
        let place = memory.claim(terminal, archive.name, for: content)
        memory.filed[content.hex] = DropMemory.text(place)
        room -= contents.footprint * 2
        var part = source(folder, under: place)
        part.unsettled = nil
        parts.append(.folder(part))
        return place
    }
}

extension DropFolder.Archive {
    /// The folder that an archive was packed in, where it says no more than the archive's own name does.
    fileprivate func wrapping(_ top: RelativePath?) -> RelativePath? {
        guard let top, name.starts(with: top.bytes), !DropFolder.marks.contains(top.bytes) else { return nil }
        return top
    }
}
