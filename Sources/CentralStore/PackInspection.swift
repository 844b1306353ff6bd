import Content
import GRDB

extension CentralStore: StorageInspection {
    public func inspectStorage(_ report: (String) -> Void) throws {
        try PackInspection.all(storage, directory, catalog, report)
    }
}

/// One pack, from item to item.
struct PackInspection {
    let storage: any PackStorage
    let extent: PackDirectory.Extent
    /// Lengths of blocks that are known to be damaged, by their offset: what is left of them tells nothing new.
    let damaged: [UInt64: Int]

    /// The catalog by itself (SQLite's quick check), then every pack beside it.
    ///
    /// Walks every pack from item to item: headers, footers and records are read and proved, blocks are only passed by,
    /// and each block that the catalog knows must stand where it says. Content is proved chunk by chunk elsewhere.
    static func all(
        _ storage: any PackStorage, _ directory: PackDirectory, _ catalog: Catalog, _ report: (String) -> Void
    ) throws {
        for fault in try catalog.faults() {
            report("the catalog is damaged (\(fault)); clix-store rebuild makes it anew from the packs")
        }
        let listed = Set(try storage.list())
        for extent in try exactExtents(storage, directory, listed) {
            guard listed.contains(extent.id) else {
                report("the pack \(extent.id), number \(extent.number), is not there")
                continue
            }
            do {
                let damaged = try catalog.damagedBlocks(pack: extent.number)
                let blocks = try PackInspection(storage: storage, extent: extent, damaged: damaged).run()
                try catalog.forEachBlock(pack: extent.number) { offset, length in
                    // What the running service has added since the pack was measured is not looked at.
                    guard blocks[offset] != length, offset < extent.end else { return }
                    report(
                        "the catalog knows a block of \(length) bytes at byte \(offset) of the pack \(extent.id), but "
                            + "none stands there")
                }
            } catch let error as StoreError {
                report(error.message)
            }
        }
    }

    /// How far each pack counts, as the next one's header says: an abandoned pack may be longer.
    private static func exactExtents(
        _ storage: any PackStorage, _ directory: PackDirectory, _ listed: Set<PackID>
    ) throws -> [PackDirectory.Extent] {
        var extents = directory.extents()
        let indices = Dictionary(uniqueKeysWithValues: extents.enumerated().map { ($1.number, $0) })
        for extent in extents where listed.contains(extent.id) {
            guard try storage.length(of: extent.id) >= UInt64(PackFormat.headerLength) else { continue }
            let head = try storage.read(extent.id, at: 0, count: PackFormat.headerLength)
            let previous = try PackHeader(head, of: extent.id)?.previous
            if let previous, let index = indices[previous.pack] { extents[index].end = previous.offset }
        }
        return extents
    }

    /// - Returns: the length of each block, by its offset.
    /// - Throws: `StoreError` with code `damaged` at the first thing that is wrong.
    func run() throws -> [UInt64: Int] {
        let pack = extent.id
        let head = try storage.read(pack, at: 0, count: PackFormat.headerLength)
        guard let header = try PackHeader(head, of: pack), header.number == extent.number else {
            throw damage("has a damaged header")
        }
        var blocks: [UInt64: Int] = [:]
        var offset = UInt64(PackFormat.headerLength)
        var index: [PackIndexEntry] = []
        while offset < extent.end {
            let known = damaged[offset].map { (kind: PackItemKind.block, length: $0) }
            let (kind, length) = try known ?? itemHead(at: offset)
            index.append(PackIndexEntry(offset: offset, length: UInt32(length), kind: kind))
            if kind == .block { blocks[offset] = length } else { try prove(at: offset, length, index.dropLast()) }
            if kind == .footer { break }
            offset += UInt64(length)
        }
        return blocks
    }

    private func itemHead(at offset: UInt64) throws -> (kind: PackItemKind, length: Int) {
        guard let head = try ItemHead(storage, extent, at: offset) else {
            throw damage("has no whole item at byte \(offset)")
        }
        return (head.kind, head.length)
    }

    private func prove(at offset: UInt64, _ length: Int, _ index: ArraySlice<PackIndexEntry>) throws {
        var scan = PackScan(storage, extent.id, from: offset, to: offset + UInt64(length))
        guard let item = try scan.next() else { throw damage("is damaged at byte \(offset)") }
        guard item.kind != .footer || PackIndexEntry.decoded(item.payload) == Array(index) else {
            throw damage("has a footer that does not list what stands before it")
        }
    }

    private func damage(_ what: String) -> StoreError {
        StoreError(.damaged, "the pack \(extent.id), number \(extent.number), \(what)")
    }
}

extension Catalog {
    /// What SQLite finds wrong with the catalog's file; some of it, if there is much.
    func faults() throws -> [String] {
        try read { try String.fetchAll($0, sql: "PRAGMA quick_check(10)") }.filter { $0 != "ok" }
    }

    /// The blocks that are known in one pack.
    func forEachBlock(pack: UInt64, _ body: (_ offset: UInt64, _ length: Int) throws -> Void) throws {
        try read { db in
            let rows = try Row.fetchCursor(
                db, sql: "SELECT offset, length FROM block WHERE pack = ?", arguments: [Int64(pack)])
            while let row = try rows.next() { try body(UInt64(row["offset"] as Int64), row["length"]) }
        }
    }
}
