import Content
import Crypto
import Glibc
import LevelTree
import Synchronization

/// One inode for equal files: the same media in 700 schools is stored once.
///
/// `<data>/pool/xx/<key>` is one more name of such a file; the key says content, modification time and mode. An inode
/// that has all the names it may have (65,000 on ext4) leaves the pool to another one. A name here that has no other
/// beside it is removed by `sweep`.
final class InodePool: Sendable {
    private let folder: TreeFolder
    private let readerGroup: gid_t?
    /// Names that one inode may have before another one is started, even if the filesystem would allow more.
    private let linkLimit: UInt64
    private let temporaries = Atomic<UInt64>(0)

    init(folder: TreeFolder, readerGroup: gid_t?, linkLimit: UInt64) {
        self.folder = folder
        self.readerGroup = readerGroup
        self.linkLimit = linkLimit
    }

    /// Puts an entry's file into a folder: by a link where the pool has it, else by writing it.
    func place(
        _ entry: ManifestEntry, from source: some SnapshotSource, in target: TreeFolder, as name: ArraySlice<UInt8>
    ) throws {
        let state = TreeFileState(entry)
        let key = Self.key(entry.chunks, state)
        if try linkKept(key, state, in: target, as: name) { return }
        try write(entry, state, from: source, in: target, as: name)
        try keep(key, target, name)
    }

    /// - Returns: whether the file is in place; false if it must be written.
    private func linkKept(
        _ key: [UInt8], _ state: TreeFileState, in target: TreeFolder, as name: ArraySlice<UInt8>
    ) throws -> Bool {
        // The status is looked at each time: after a power cut a file may be shorter than it was, as nothing here is
        // fsynced, and the reader group may be another one by now.
        guard let kept = try folder.status(key), state.difference(from: kept) == nil, kept.st_nlink < linkLimit,
            readerGroup == nil || kept.st_gid == readerGroup
        else { return false }
        switch folder.link(key, to: name, in: target) {
        case 0: return true
        case EMLINK, ENOENT: return false
        case let number: throw TreeFault.error("link", target.place(of: name), number)
        }
    }

    private func write(
        _ entry: ManifestEntry, _ state: TreeFileState, from source: some SnapshotSource, in target: TreeFolder,
        as name: ArraySlice<UInt8>
    ) throws {
        let file = try target.create(name, mode: state.mode)
        defer { close(file) }
        try TreeContent.write(entry, from: source, to: file, place: target.place(of: name))
        try share(file, state.mode, target.place(of: name))
    }

    /// Corrects what the process's umask and its group made of a new file, if they did.
    private func share(_ file: Int32, _ mode: mode_t, _ place: @autoclosure () -> String) throws {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw TreeFault.error("look at", place()) }
        if let readerGroup, status.st_gid != readerGroup, fchown(file, uid_t.max, readerGroup) != 0 {
            throw TreeFault.error("give the reader group", place())
        }
        if status.st_mode & 0o7777 != mode, fchmod(file, mode) != 0 {
            throw TreeFault.error("set the mode of", place())
        }
    }

    /// Makes a file that was just written the one that the next equal entry links to.
    private func keep(_ key: [UInt8], _ target: TreeFolder, _ name: ArraySlice<UInt8>) throws {
        var result = target.link(name, to: key, in: folder)
        if result == ENOENT {
            _ = try folder.folder(key.prefix(2), making: 0o700)
            result = target.link(name, to: key, in: folder)
        }
        if result == EEXIST {
            // The one in its place is full, or not what it should be. Its other names keep it.
            let number = temporaries.add(1, ordering: .relaxed).newValue
            let temporary = key + Array(".new-\(getpid())-\(number)".utf8)
            result = target.link(name, to: temporary, in: folder)
            if result == 0 { return try folder.move(temporary, over: key, in: folder) }
        }
        guard result == 0 else { throw TreeFault.error("keep in the pool", target.place(of: name), result) }
    }

    /// Removes what nothing but the pool itself names. May run beside anything: at worst a file is not shared.
    /// - Returns: how many inodes went.
    @discardableResult
    func sweep() throws -> Int {
        var removed = 0
        for shelf in try folder.names() {
            guard let shelf = try folder.existingFolder(shelf) else { continue }
            for name in try shelf.names() where try shelf.status(name)?.st_nlink == 1 {
                try shelf.unlink(name)
                removed += 1
            }
        }
        return removed
    }

    /// Forgets everything, so that each file is written anew. What is in the tree stays there.
    func empty() throws {
        for shelf in try folder.names() { try folder.removeAll(shelf) }
    }

    /// `xx/<62 digits>` of the SHA-256 over chunk ids, modification time and mode.
    private static func key(_ chunks: [ChunkReference], _ state: TreeFileState) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(chunks.count * ChunkID.byteCount + 16)
        withUnsafeBytes(of: state.mode.bigEndian) { text.append(contentsOf: $0) }
        withUnsafeBytes(of: state.modified.seconds.bigEndian) { text.append(contentsOf: $0) }
        withUnsafeBytes(of: state.modified.nanoseconds.bigEndian) { text.append(contentsOf: $0) }
        for chunk in chunks { chunk.id.append(to: &text) }
        var key: [UInt8] = []
        key.reserveCapacity(65)
        for byte in SHA256.hash(data: text) {
            if key.count == 2 { key.append(UInt8(ascii: "/")) }
            key.append(digits[Int(byte >> 4)])
            key.append(digits[Int(byte & 15)])
        }
        return key
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
