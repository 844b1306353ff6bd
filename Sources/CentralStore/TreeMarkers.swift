import CLinux
import Glibc
import LevelTree
import Synchronization

/// The folder of markers.
final class TreeMarkers: Sendable {
    private static let settledName = Array("settled".utf8)

    private let folder: TreeFolder
    private let boot: String
    private let lastNumber: Mutex<UInt64>

    /// - Parameter boot: names the machine's present boot.
    init(folder: TreeFolder, boot: String = TreeMarkers.presentBoot()) throws {
        self.folder = folder
        self.boot = boot
        lastNumber = Mutex(0)
        var highest = try settledNumber()
        for (_, marker) in try all() { highest = max(highest, marker.number) }
        let last = highest
        lastNumber.withLock { $0 = last }
    }

    /// The kernel's name for this boot (proc(5), random/boot_id); a name that is never seen again if it cannot be read.
    static func presentBoot() -> String {
        guard let root = try? TreeFolder(path: "/proc/sys/kernel/random"),
            let bytes = try? root.content(Array("boot_id".utf8), limit: 64)
        else { return "pid-\(getpid())-\(clinux_boot_nanoseconds())" }
        return String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self)
    }

    func marker(_ key: TreeKey) throws -> TreeMarker? {
        guard let home = try home(of: key) else { return nil }
        return try home.content(key.fileName, limit: 4096).flatMap { TreeMarker($0) }
    }

    /// Notes what the tree shows by now.
    func write(_ snapshot: SnapshotRecord) throws {
        let number = lastNumber.withLock { last in
            last += 1
            return last
        }
        let key = TreeKey(snapshot)
        let home = try folder.folder(Array("\(key.year)".utf8), making: 0o700)
            .folder(Array(key.school.text.utf8), making: 0o700)
        let marker = TreeMarker(snapshot: snapshot, boot: boot, number: number)
        try home.write(marker.text, to: key.fileName)
    }

    func remove(_ key: TreeKey) throws {
        try home(of: key)?.unlink(key.fileName)
    }

    /// Every marker that can be read.
    func all() throws -> [(key: TreeKey, marker: TreeMarker)] {
        var found: [(TreeKey, TreeMarker)] = []
        for year in try folder.names() where year != Self.settledName {
            guard let schools = try folder.existingFolder(year) else { continue }
            for school in try schools.names() {
                guard let datasets = try schools.existingFolder(school) else { continue }
                for dataset in try datasets.names() {
                    guard let key = TreeKey(year: year, school: school, dataset: dataset),
                        let marker = try datasets.content(dataset, limit: 4096).flatMap({ TreeMarker($0) })
                    else { continue }
                    found.append((key, marker))
                }
            }
        }
        return found
    }

    /// Whether what a marker tells of is on the disk, or in this boot's memory, for certain.
    func isSettled(_ marker: TreeMarker) throws -> Bool {
        try marker.boot == boot || marker.number <= settledNumber()
    }

    /// Brings to the disk whatever was shown until now (one `syncfs`), and notes so.
    func settle() throws {
        let number = lastNumber.withLock { $0 }
        guard try settledNumber() < number else { return }
        guard clinux_syncfs(folder.descriptor) == 0 else { throw TreeFault.error("sync", folder.place) }
        try folder.write(Array("\(number)\n".utf8), to: Self.settledName)
    }

    private func settledNumber() throws -> UInt64 {
        guard let bytes = try folder.content(Self.settledName, limit: 64), bytes.last == 0x0A else { return 0 }
        return UInt64(String(decoding: bytes.dropLast(), as: UTF8.self)) ?? 0
    }

    private func home(of key: TreeKey) throws -> TreeFolder? {
        try folder.existingFolder(Array("\(key.year)".utf8))?.existingFolder(Array(key.school.text.utf8))
    }
}

extension TreeFolder {
    /// The first bytes of a small file, or nil if there is none.
    fileprivate func content(_ name: [UInt8], limit: Int) throws -> [UInt8]? {
        guard try status(name) != nil else { return nil }
        let file = try read(name)
        defer { close(file) }
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
            count = Glibc.read(file, buffer.baseAddress, limit)
            initialized = max(0, count)
        }
        guard count >= 0 else { throw TreeFault.error("read", place(of: name)) }
        return bytes
    }

    /// A small file, whole or not at all for who reads it now; not fsynced.
    fileprivate func write(_ bytes: [UInt8], to name: [UInt8]) throws {
        let temporary = name + Array(".new".utf8)
        try unlink(temporary)
        let file = try create(temporary)
        defer { close(file) }
        guard bytes.withUnsafeBytes({ Glibc.write(file, $0.baseAddress, $0.count) }) == bytes.count else {
            throw TreeFault.error("write", place(of: temporary))
        }
        try move(temporary, over: name, in: self)
    }
}
