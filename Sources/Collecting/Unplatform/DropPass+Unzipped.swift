import Content
import LevelTree
import Staging

extension DropPass {
    /// An unzipped archive: its files are taken from where they lie, at every pass.
    mutating func take(_ folder: DropFolder.Unzipped) {
        guard let inode = FolderLook(folder.place)?.inode else {
            return shortfalls.append(Shortfall(path: "\(folder.path)", reason: "cannot be listed"))
        }
        let configuration = configuration(in: folder.place)
        var record = DropMemory.Folder(
            path: DropMemory.text(folder.path), inode: inode, configuration: configuration?.stamp, place: "")
        let known = before.folders.first {
            ($0.path, $0.inode, $0.configuration) == (record.path, record.inode, record.configuration)
        }
        guard let place = known.flatMap({ DropMemory.path($0.place) }) ?? decide(folder, configuration?.place) else {
            return wait(folder.path, "is still being copied, and waits for the next pass")
        }
        record.place = DropMemory.text(place)
        memory.folders.append(record)
        unzipped[place] = folder.place
        parts.append(.folder(source(folder.place, under: place)))
    }

    mutating func wait(_ path: RelativePath, _ reason: String) {
        skipped.append(Shortfall(path: "\(path)", reason: reason))
    }

    private func configuration(in folder: SourcePlace) -> (place: SourcePlace, stamp: FileStamp)? {
        for path in TerminalID.configurations {
            guard let parent = path.parent.flatMap({ folder.appending($0) }), let found = FolderLook(parent),
                let file = found.file(named: [Array(path.lastComponent)]), let place = parent.appending(file.name)
            else { continue }
            return (place, file.stamp)
        }
        return nil
    }

    /// Which place a folder gets that was not seen before; nil while it is being copied, since its configuration may be
    /// still to come.
    private mutating func decide(_ folder: DropFolder.Unzipped, _ configuration: SourcePlace?) -> RelativePath? {
        var listing = SHA256Stream()
        listing.update(folder.name + [0])
        let walk = Gathering(parts: [.folder(source(folder.place, under: .fixed("x")))])
        let survey = SourceSurvey(of: walk) { path, _ in listing.update(path.bytes + [0]) }
        guard survey.waitingCount == 0 else { return nil }
        let text = configuration.flatMap { try? SmallFile.read($0, limit: TerminalID.longestConfiguration) }
        let hash = text.map { ChunkID(hashing: $0) } ?? listing.finalized()
        let terminal = text.flatMap(TerminalID.read) ?? TerminalID.unknown(hash)
        // Two disks may hold copies of one lab PC's folder under one name: they are told apart by where they lie.
        let owner = ChunkID(hashing: hash.bytes + folder.path.bytes)
        return memory.claim(terminal, folder.name, for: owner)
    }
}
