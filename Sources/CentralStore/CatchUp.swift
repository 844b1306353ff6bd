import Content

/// Applies to the catalog what the packs hold beyond its position. From an empty catalog this is a rebuild.
struct CatchUp {
    let storage: any PackStorage
    let directory: PackDirectory
    let catalog: Catalog
    /// Told the bytes that were read so far.
    var progress: (UInt64) -> Void = { _ in }

    /// So much is applied in one transaction, and held in memory.
    private static let batchBytes = 8 << 20
    private static let batchItems = 512

    /// - Throws: `StoreError` with code `damaged` for an item that is not whole, or that does not follow from those
    ///   before it.
    func run() throws {
        let position = try catalog.position()
        var read: UInt64 = 0
        for pack in directory.extents(from: position.pack) {
            let start = pack.number == position.pack ? position.offset : UInt64(PackFormat.headerLength)
            try apply(pack, from: start, &read)
        }
    }

    private func apply(_ pack: PackDirectory.Extent, from start: UInt64, _ read: inout UInt64) throws {
        var scan = PackScan(storage, pack.id, from: start, to: pack.end)
        var batch: [PlacedItem] = []
        var bytes = 0
        while let item = try scan.next() {
            read += UInt64(item.length)
            progress(read)
            guard item.kind != .footer else { continue }
            batch.append(try placed(item, in: pack))
            bytes += item.length
            guard bytes >= CatchUp.batchBytes || batch.count >= CatchUp.batchItems else { continue }
            try catalog.apply(batch, packs: [pack.number: pack.id])
            batch = []
            bytes = 0
        }
        if scan.isTorn { throw damaged(pack.id, scan.offset) }
        if !batch.isEmpty { try catalog.apply(batch, packs: [pack.number: pack.id]) }
    }

    private func placed(_ item: ScannedItem, in pack: PackDirectory.Extent) throws -> PlacedItem {
        guard let decoded = try item.payload.withUnsafeBytes({ try PackItem(item.kind, $0) }) else {
            throw damaged(pack.id, item.offset)
        }
        return PlacedItem(
            item: decoded, position: PackPosition(pack: pack.number, offset: item.offset), length: item.length)
    }

    private func damaged(_ pack: PackID, _ offset: UInt64) -> StoreError {
        StoreError(
            .damaged,
            "the pack \(pack) is damaged at byte \(offset); put it back from a copy of the packs folder, and run "
                + "clix-store verify --all")
    }
}
