import Content
import Glibc
import LevelTree

extension Staging {
    /// The generation's files, streamed in manifest order.
    /// - Throws: `StagingError`, `.generationGone` if it was let go; `.damaged`, perhaps only at the end, if the list is
    ///   not what was written: then nothing that was streamed may be used. Whatever `body` throws.
    public func forEachEntry(of generation: Generation, _ body: (StagedEntry) throws -> Void) throws {
        let list = try entryList(of: generation.sequence)
        while list.hasRecord {
            try body(try list.stagedEntry())
            try list.advance()
        }
    }

    /// The generation's manifest, cut into its chunks, in order. The bytes are valid only during the call. The same
    /// generation always gives the same chunks.
    public func forEachManifestChunk(
        of generation: Generation, _ body: (ChunkID, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let walk = try manifestWalk(of: generation)
        while let (reference, bytes) = try walk.next() { try bytes.withUnsafeBytes { try body(reference.id, $0) } }
    }

    /// The same, for who goes at its own pace. Not to be shared between threads.
    /// - Throws: as `forEachEntry` does.
    public func manifestWalk(of generation: Generation) throws -> ManifestWalk {
        ManifestWalk(try entryList(of: generation.sequence))
    }

    /// Reads the content of a generation's files, chunk by chunk. Not to be shared between threads.
    /// - Throws: `StagingError`, `.generationGone` if it was let go.
    public func contentReader(of generation: Generation) throws -> ContentReader {
        guard let row = try read({ try GenerationTable.row(generation.sequence, $0) }), !row.isDropped else {
            throw StagingError.gone(generation.sequence)
        }
        return ContentReader(
            staging: self, row: row, root: row.generation.isByReference ? nil : try contentRoot(of: row))
    }

    /// The absolute path at which a person finds the content of the entry.
    /// - Throws: `StagingError`, `.generationGone` if the generation was let go.
    public func location(of entry: StagedEntry, in generation: Generation) throws -> [UInt8] {
        guard let row = try read({ try GenerationTable.row(generation.sequence, $0) }), !row.isDropped else {
            throw StagingError.gone(generation.sequence)
        }
        if generation.isByReference {
            guard row.origins.indices.contains(entry.part) else { throw StagingError.gone(generation.sequence) }
            let origin = row.origins[entry.part]
            return origin.pathBytes + [UInt8(ascii: "/")] + entry.entry.path.bytes.dropFirst(origin.prefixBytes.count)
        }
        guard let root = contentPath(of: row) else { throw StagingError.gone(generation.sequence) }
        return root + [UInt8(ascii: "/")] + entry.entry.path.bytes
    }

    // MARK: Where a generation lies

    func entryList(of sequence: UInt64) throws -> EntryListReader {
        let place = "\(folders.path)/generations/\(sequence)/entries"
        guard let folder = folders.generation(sequence),
            let file = Descriptor.opening("entries", in: folder.number, O_RDONLY | O_NOFOLLOW)
        else {
            guard errno == ENOENT else { throw StagingError.failing(to: "open \(place)") }
            if let row = try read({ try GenerationTable.row(sequence, $0) }), !row.isDropped {
                throw StagingError(.damaged, "the entry list \(place) is gone from the disk")
            }
            throw StagingError.gone(sequence)
        }
        return try EntryListReader(file, place: place)
    }

    /// The folder of a generation's staged copies, open. It stays the right one wherever it is moved meanwhile.
    func contentRoot(of row: GenerationRow) throws -> Descriptor {
        // A publication may be moving it from one place to the other right now.
        for _ in 0..<3 {
            if let own = folders.generation(row.sequence),
                let files = Descriptor.openingFolder("files", in: own.number),
                FileStatus.of(files.number)?.inode == row.contentInode
            {
                return files
            }
            if let shown = Descriptor.openingFolder(CName(row.treePath), in: folders.tree.number),
                FileStatus.of(shown.number)?.inode == row.contentInode
            {
                return shown
            }
        }
        guard let row = try read({ try GenerationTable.row(row.sequence, $0) }), !row.isDropped else {
            throw StagingError.gone(row.sequence)
        }
        throw StagingError(
            .damaged, "staged content of generation \(row.sequence) (\(row.generation.dataset)) is gone from the disk")
    }

    /// The path of the folder that `contentRoot` opens; nil if it is nowhere.
    func contentPath(of row: GenerationRow) -> [UInt8]? {
        let own = Array("generations/\(row.sequence)/files".utf8)
        let shown = Array("tree/".utf8) + row.treePath
        return [shown, own].first { FileStatus.of(CName($0), in: folders.root.number)?.inode == row.contentInode }
            .map { Array("\(folders.path)/".utf8) + $0 }
    }
}

extension StagingError {
    static func gone(_ sequence: UInt64) -> StagingError {
        StagingError(
            .generationGone, "generation \(sequence) is no longer in staging: a newer one took its place; plan again")
    }
}
