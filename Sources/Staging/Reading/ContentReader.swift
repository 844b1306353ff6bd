import Content
import Glibc
import LevelTree

/// Reads the content of one generation's files.
///
/// Staged copies are read from staging; files taken by reference from the source, where size, times and inode must
/// still be those that were hashed. Every chunk's hash is checked. Reading the chunks of a file in order keeps it open.
public final class ContentReader {
    private let staging: Staging
    private let row: GenerationRow
    private let root: Descriptor?
    private var open: OpenFile?

    private struct OpenFile {
        let path: RelativePath
        let file: Descriptor
        /// The next chunk in order, and where it begins.
        var next = 0
        var offset = 0
    }

    init(staging: Staging, row: GenerationRow, root: Descriptor?) {
        self.staging = staging
        self.row = row
        self.root = root
    }

    /// Appends the content of the entry's chunk `index` to `bytes`.
    /// - Throws: `StagingError`: `.sourceChanged` if the source is no longer what was hashed, `.generationGone` if the
    ///   generation was let go meanwhile, `.damaged` if a staged copy is not what was hashed (the next pass then reads
    ///   all of the source again). `bytes` is as before then.
    public func append(chunk index: Int, of entry: StagedEntry, to bytes: inout [UInt8]) throws {
        let chunk = entry.entry.chunks[index]
        let file = try file(of: entry)
        let offset = offset(of: index, in: entry)
        guard appendExactly(chunk.length, of: file, at: offset, to: &bytes, if: { ChunkID(hashing: $0) == chunk.id })
        else {
            open = nil
            throw row.generation.isByReference ? changed(entry) : try damaged(entry)
        }
        open?.next = index + 1
        open?.offset = offset + chunk.length
    }

    private func offset(of index: Int, in entry: StagedEntry) -> Int {
        if let open, open.next == index { return open.offset }
        return entry.entry.chunks[..<index].reduce(0) { $0 + $1.length }
    }

    private func file(of entry: StagedEntry) throws -> Descriptor {
        if let open, open.path == entry.entry.path { return open.file }
        open = nil
        let file = try root.map { try stagedCopy(of: entry, in: $0) } ?? source(of: entry)
        open = OpenFile(path: entry.entry.path, file: file)
        return file
    }

    private func stagedCopy(of entry: StagedEntry, in root: Descriptor) throws -> Descriptor {
        if let file = Descriptor.opening(CName(entry.entry.path.bytes), in: root.number, O_RDONLY | O_NOFOLLOW) {
            return file
        }
        guard errno == ENOENT || errno == ELOOP || errno == ENOTDIR else {
            throw StagingError.failing(to: "read the staged copy of \(entry.entry.path)")
        }
        throw try damaged(entry)
    }

    private func source(of entry: StagedEntry) throws -> Descriptor {
        guard row.origins.indices.contains(entry.part) else { throw StagingError.gone(row.sequence) }
        guard case .there(let file, let status) = row.origins[entry.part].open(entry.entry.path),
            SourceStamp(status, isRacy: entry.stamp.isRacy) == entry.stamp
        else { throw changed(entry) }
        return file
    }

    private func changed(_ entry: StagedEntry) -> StagingError {
        StagingError(
            .sourceChanged,
            "\(row.generation.dataset): \(entry.entry.path) is no longer what it was when it was collected; the next "
                + "collection makes a new generation of it")
    }

    /// A staged copy is gone or not what was hashed. Marks the generation, unless it was let go meanwhile.
    private func damaged(_ entry: StagedEntry) throws -> StagingError {
        let isGone = try staging.write { database in
            guard let row = try GenerationTable.row(row.sequence, database), !row.isDropped else { return true }
            try GenerationTable.setFlag("is_distrusted", of: row.sequence, to: true, database)
            return false
        }
        if isGone { return StagingError.gone(row.sequence) }
        return StagingError(
            .damaged,
            "\(row.generation.dataset): the staged copy of \(entry.entry.path) is not what was collected; the next "
                + "collection reads the whole dataset again")
    }
}
