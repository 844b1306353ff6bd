import Glibc
import Synchronization

/// Packs as files: `<packs>/xx/<id>`, 0600, where `xx` are the id's first two digits.
public final class PackFiles: PackStorage {
    private let folder: String
    private let state = Mutex(State())

    private struct State {
        /// Open files, the most recently used last.
        var files: [(pack: PackID, file: OpenFile)] = []
        /// Packs whose name this process has made durable.
        var named: Set<PackID> = []
    }

    /// How many files stay open for reading.
    private static let openFiles = 32

    /// - Parameter folder: made if it is not there.
    public init(folder: String) throws {
        self.folder = folder
        try makeFolder(folder)
    }

    public func list() throws -> [PackID] {
        var packs: [PackID] = []
        for group in try names(in: folder) where group.utf8.count == 2 {
            packs += try names(in: "\(folder)/\(group)").compactMap { PackID($0) }
        }
        return packs
    }

    public func create(_ pack: PackID) throws {
        try makeFolder(group(pack))
        let file = try OpenFile(path(pack), flags: O_RDWR | O_CREAT | O_EXCL)
        state.withLock { remember(pack, file, &$0) }
    }

    public func append(_ bytes: [UInt8], to pack: PackID, at offset: UInt64) throws {
        let file = try file(pack)
        try bytes.withUnsafeBytes { try file.write($0, at: offset) }
    }

    public func truncate(_ pack: PackID, to length: UInt64) throws {
        try file(pack).truncate(to: length)
    }

    public func sync(_ pack: PackID) throws {
        try file(pack).sync()
        // After a restart it is not known whether the name was made durable; once more costs nothing that counts.
        guard !state.withLock({ $0.named.contains(pack) }) else { return }
        try syncFolder(group(pack))
        try syncFolder(folder)
        _ = state.withLock { $0.named.insert(pack) }
    }

    public func length(of pack: PackID) throws -> UInt64 { try file(pack).length() }

    public func read(_ pack: PackID, at offset: UInt64, count: Int) throws -> [UInt8] {
        let file = try file(pack)
        var failure: (any Error)?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do { filled = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset) } catch {
                failure = error
            }
        }
        // An open file that cannot be read is a disk that does not give back what it took.
        if let failure { throw StoreError(.damaged, "\(failure); run clix-store verify --all") }
        guard bytes.count == count else {
            throw StoreError(
                .damaged, "the pack \(pack) ends before byte \(offset + UInt64(count)); run clix-store verify --all")
        }
        return bytes
    }

    public func discardHeaderless(_ pack: PackID) throws {
        state.withLock { $0.files.removeAll { $0.pack == pack } }
        guard unlink(path(pack)) == 0 else { throw systemError("removing \(path(pack))") }
    }

    public func close() { state.withLock { $0.files = [] } }

    private func group(_ pack: PackID) -> String { "\(folder)/\(pack.text.prefix(2))" }
    private func path(_ pack: PackID) -> String { "\(group(pack))/\(pack.text)" }

    private func file(_ pack: PackID) throws -> OpenFile {
        try state.withLock { state in
            if let index = state.files.firstIndex(where: { $0.pack == pack }) {
                let found = state.files.remove(at: index)
                state.files.append(found)
                return found.file
            }
            let file = try OpenFile(path(pack), flags: O_RDWR)
            remember(pack, file, &state)
            return file
        }
    }

    private func remember(_ pack: PackID, _ file: OpenFile, _ state: inout State) {
        state.files.append((pack, file))
        if state.files.count > PackFiles.openFiles { state.files.removeFirst() }
    }
}
