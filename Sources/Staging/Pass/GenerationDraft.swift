import Glibc
import LevelTree

/// A generation in the making, in `<staging>/generations/<sequence>`.
///
/// It begins as *untouched*: while every entry is as it was in the last generation, nothing is written at all. The first
/// entry whose stamp differs makes it *refreshed*: a new entry list, with the same content. The first entry whose content
/// differs, comes or goes makes it *changed*: from then on files are linked and copied too, and what was passed before
/// is linked at once.
final class GenerationDraft {
    enum Extent: Comparable { case untouched, refreshed, changed }

    private(set) var extent = Extent.untouched
    /// Taken when the draft was first touched; another one once it is known to be large enough for slices.
    private(set) var sequence: UInt64 = 0
    /// How many numbers are kept below it.
    private(set) var reserve: UInt64 = 0
    private(set) var files: UInt64 = 0
    private(set) var bytes: UInt64 = 0
    var gauge: DiskGauge

    private let folders: StagingFolders
    private let baseline: Baseline?
    /// False for sets taken by reference.
    private let copies: Bool
    private let slices: SliceSize
    /// Given how many numbers are kept below it.
    private let takeSequence: (UInt64) throws -> UInt64
    private var folder: Descriptor?
    private var list: EntryListWriter?
    private var tree: DraftTree?
    private static let incoming: CName = "incoming"

    init(
        folders: StagingFolders, baseline: Baseline?, copies: Bool, gauge: DiskGauge, slices: SliceSize,
        takeSequence: @escaping (UInt64) throws -> UInt64
    ) {
        self.slices = slices
        self.folders = folders
        self.baseline = baseline
        self.copies = copies
        self.gauge = gauge
        self.takeSequence = takeSequence
    }

    private var place: String { "\(folders.path)/generations/\(sequence)" }

    // MARK: Entries, in manifest order

    /// The baseline's current record stays, with its content.
    func keep(_ record: EntryRecord) throws {
        guard let baseline else { preconditionFailure("there is nothing to keep without a baseline") }
        let old = baseline.entries.record
        count(record)
        if extent == .untouched, record == old { return }
        if extent < .changed, record.isStale != old.isStale { try change() }
        try touch()
        let path = baseline.entries.path
        try baseline.entries.withChunks { try list?.append(record, path: path, chunks: $0) }
        if extent == .changed, copies { try link(path, record, from: baseline) }
    }

    /// The baseline's current record has no place in this generation.
    func drop() throws { try change() }

    /// A new entry, whose content `finishCopy` or nothing (by reference) has put in its place.
    func add(_ record: EntryRecord, path: [UInt8], chunks: [UInt8]) throws {
        try change()
        count(record)
        try chunks.withUnsafeBytes { try list?.append(record, path: path, chunks: $0) }
    }

    /// An entry whose content lies under another name in an earlier generation's folder.
    func take(_ record: EntryRecord, path: [UInt8], chunks: [UInt8], from old: [UInt8], in root: Descriptor) throws {
        try add(record, path: path, chunks: chunks)
        guard let tree, try !tree.link(path, from: root, at: old) else { return }
        throw StagingError(.io, "a staged copy that \(place) needs has more links than the filesystem allows")
    }

    private func count(_ record: EntryRecord) {
        files += 1
        bytes += record.stamp.size
    }

    // MARK: Content

    /// A file to copy the content of `path` into; nil for sets taken by reference.
    ///
    /// While nothing has changed yet this is a file beside the draft, since the content may turn out to be the old one.
    func beginCopy(_ path: [UInt8], size: UInt64) throws -> Descriptor? {
        try touch()
        guard copies else { return nil }
        try gauge.admit(size)
        if let tree { return try tree.create(path) }
        let flags = O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW
        guard let folder, let file = Descriptor.opening(GenerationDraft.incoming, in: folder.number, flags, mode: 0o600)
        else { throw StagingError.failing(to: "create a staged copy in \(place)") }
        return file
    }

    /// The copy is good: it gets the entry's mode and time, and its place.
    func finishCopy(_ copy: Descriptor?, _ path: [UInt8], _ record: EntryRecord) throws {
        guard let copy else { return }
        try copy.dress(record)
        guard tree == nil else { return }
        try change()
        if let folder, let tree { try tree.move(GenerationDraft.incoming, in: folder, to: path) }
    }

    /// The copy is not wanted.
    func discardCopy(_ copy: Descriptor?, _ path: [UInt8], size: UInt64) throws {
        guard copy != nil else { return }
        gauge.withdraw(size)
        if let tree { return try tree.remove(path) }
        guard let folder, GenerationDraft.incoming.withPointer({ unlinkat(folder.number, $0, 0) }) == 0 else {
            throw StagingError.failing(to: "remove a staged copy from \(place)")
        }
    }

    /// Takes a made file in as the content of `path`, by a link: should this pass have to begin anew, it is still there.
    /// - Parameter file: the same file, open.
    func adopt(_ file: Descriptor, at place: String, as path: [UInt8], _ record: EntryRecord) throws {
        try change()
        try gauge.admitWritten(record.stamp.size)
        try file.dress(record)
        try tree?.adopt(CName(Array(place.utf8)), as: path)
    }

    private func link(_ path: [UInt8], _ record: EntryRecord, from baseline: Baseline) throws {
        guard let tree, let root = baseline.root else { throw baseline.contentGone() }
        guard try !tree.link(path, from: root) else { return }
        try gauge.admit(record.stamp.size)
        let copy = try tree.create(path)
        guard let source = Descriptor.opening(CName(path), in: root.number, O_RDONLY | O_NOFOLLOW) else {
            throw baseline.contentGone()
        }
        try copyAll(source, to: copy.number) { StagingError.failing(to: "copy a staged copy", $0) }
        try copy.dress(record)
    }

    // MARK: Extent

    /// Makes sure that there is an entry list, beginning with what was passed untouched.
    func touch() throws {
        guard extent == .untouched else { return }
        try begin()
        extent = .refreshed
        if let baseline {
            try list?.append(
                from: baseline.entries.descriptor, upTo: baseline.entries.recordStart, records: baseline.entries.index)
        }
    }

    /// Makes sure that there is a folder of files, beginning with what was passed unchanged.
    func change() throws {
        guard extent < .changed else { return }
        try touch()
        extent = .changed
        guard copies, let folder else { return }
        let name: CName = "files"
        guard name.withPointer({ mkdirat(folder.number, $0, StagingFolders.folderMode) }) == 0,
            let files = Descriptor.openingFolder(name, in: folder.number)
        else { throw StagingError.failing(to: "make \(place)/files") }
        tree = DraftTree(root: files, place: place)
        guard let baseline else { return }
        let passed = try EntryListReader(baseline.entries.descriptor, place: place)
        while passed.hasRecord, passed.index < baseline.entries.index {
            try link(passed.path, passed.record, from: baseline)
            try passed.advance()
        }
    }

    private func begin() throws {
        sequence = try takeSequence(0)
        let folder = try folders.makeGeneration(sequence)
        self.folder = folder
        guard let file = Descriptor.opening("entries", in: folder.number, O_RDWR | O_CREAT | O_EXCL, mode: 0o600) else {
            throw StagingError.failing(to: "create \(place)/entries")
        }
        list = EntryListWriter(file, place: "\(place)/entries")
    }

    // MARK: The end

    /// Ends the entry list; for a set taken by reference, `files` becomes a symlink to the source. What is large enough for
    /// slices gets its number now.
    /// - Returns: the inode of the content, by which it is known wherever it lies.
    func finish(reference: [UInt8]?) throws -> UInt64 {
        guard let folder, let length = try list?.finish() else {
            preconditionFailure("a draft is touched before it is finished")
        }
        try gauge.admit(length)
        // The generation's own folder, and `files`, which is a folder or a symlink.
        for _ in 0..<(tree?.foldersMade ?? 0) + 2 { gauge.admitFolder() }
        if let reference {
            let result = CName(reference).withPointer { target in
                ("files" as CName).withPointer { symlinkat(target, folder.number, $0) }
            }
            guard result == 0 else { throw StagingError.failing(to: "make the link \(place)/files") }
        }
        guard extent == .changed else { return 0 }
        guard let status = FileStatus.of("files", in: folder.number) else {
            throw StagingError.failing(to: "look at \(place)/files")
        }
        try takeReserve()
        return status.inode
    }

    private func takeReserve() throws {
        let wanted = slices.reserve(files: files, bytes: bytes)
        guard wanted > 0 else { return }
        let number = try takeSequence(wanted)
        let result = CName(String(sequence)).withPointer { from in
            CName(String(number)).withPointer {
                renameat(folders.generations.number, from, folders.generations.number, $0)
            }
        }
        guard result == 0 else { throw StagingError.failing(to: "rename \(place) to \(number)") }
        (sequence, reserve) = (number, wanted)
    }

    /// It is a generation now: nothing of it may be removed any more.
    func handOver() { extent = .untouched }

    /// Removes all that was made. Never throws: what stays is removed when staging is opened again.
    func discard() {
        guard extent > .untouched else { return }
        list = nil
        tree = nil
        folder = nil
        _ = try? FolderRemoval.remove(CName(String(sequence)), in: folders.generations.number)
    }
}

extension Descriptor {
    /// Gives a staged copy the entry's permission bits and modification time. Its owner can always read it.
    fileprivate func dress(_ record: EntryRecord) throws {
        let time = timespec(
            tv_sec: Int(record.stamp.modified.seconds), tv_nsec: Int(record.stamp.modified.nanoseconds))
        guard fchmod(number, mode_t(record.mode | 0o400)) == 0, futimens(number, [time, time]) == 0 else {
            throw StagingError.failing(to: "set the mode and time of a staged copy")
        }
    }
}
