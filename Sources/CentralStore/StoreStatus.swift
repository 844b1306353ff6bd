import Glibc
import LevelTree
import Wire

/// The store at a glance.
public struct StoreStatus: Codable, Sendable {
    public let schools: [SchoolSummary]
    public let packs: Int
    public let packBytes: UInt64
    public let chunks: Int
    public let commonChunks: Int
    public let snapshots: Int
    /// Of the filesystem that holds the packs.
    public let diskBytes: UInt64
    public let freeBytes: UInt64

    enum CodingKeys: String, CodingKey {
        case schools, packs, chunks, snapshots
        case packBytes = "pack_bytes"
        case commonChunks = "common_chunks"
        case diskBytes = "disk_bytes"
        case freeBytes = "free_bytes"
    }
}

/// What the catalog tells the operator, for the store that writes and for who only looks.
struct StoreGlance {
    let paths: StorePaths
    let catalog: Catalog
    let directory: PackDirectory
    let quietBefore: Int64
    /// When schools were last heard from, where the catalog does not know yet; by the school's number.
    let contacts: [Int64: Int64]

    func status() throws -> StoreStatus {
        let extents = directory.extents()
        let counts = try catalog.counts()
        var disk = statvfs()
        guard statvfs(paths.data, &disk) == 0 else { throw systemError("looking at the filesystem of \(paths.data)") }
        return StoreStatus(
            schools: try schools(), packs: extents.count, packBytes: extents.reduce(0) { $0 + $1.end },
            chunks: counts.chunks, commonChunks: counts.common, snapshots: counts.snapshots,
            diskBytes: UInt64(disk.f_blocks) * UInt64(disk.f_frsize),
            freeBytes: UInt64(disk.f_bavail) * UInt64(disk.f_frsize))
    }

    func schools() throws -> [SchoolSummary] { try catalog.summaries(quietBefore: quietBefore, contacts: contacts) }

    func school(named text: String) throws -> SchoolSummary {
        // A code has no hyphen, so what follows the last one is the id.
        let id = text.split(separator: "-", omittingEmptySubsequences: false).last.map(String.init) ?? text
        let found = try schools().first { school in
            school.serverID.text == text || (school.serverID.text == id && school.directory == text)
        }
        guard let found else {
            throw StoreError(
                .notFound,
                "there is no school \"\(escapedText(text.utf8.prefix(64)))\"; clix-store school list shows them")
        }
        return found
    }
}

extension CentralStore {
    public func status() throws -> StoreStatus { try glance.status() }

    /// Every school, in the order of server ids.
    public func schools() throws -> [SchoolSummary] { try glance.schools() }

    /// A school by its server id, or by its folder's name `code-id`.
    /// - Throws: `StoreError` with code `notFound`.
    public func school(named text: String) throws -> SchoolSummary { try glance.school(named: text) }

    private var glance: StoreGlance {
        StoreGlance(
            paths: paths, catalog: catalog, directory: directory,
            quietBefore: options.clock() - options.limits.quietAfter, contacts: contacts.all)
    }
}
