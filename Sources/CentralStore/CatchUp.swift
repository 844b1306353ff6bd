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
        while let item = try next(&scan, in: pack) {
            read += UInt64(item.length)
            progress(read)
            batch.append(item)
            bytes += item.length
            guard bytes >= CatchUp.batchBytes || batch.count >= CatchUp.batchItems else { continue }
            try catalog.apply(batch, packs: [pack.number: pack.id])
            batch = []
            bytes = 0
        }
        if !batch.isEmpty { try catalog.apply(batch, packs: [pack.number: pack.id]) }
    }

    /// The next item but the footer. For a block that is not whole any more, it is what the packs tell of it further on.
    private func next(_ scan: inout PackScan, in pack: PackDirectory.Extent) throws -> PlacedItem? {
        if let item = try scan.next() { return item.kind == .footer ? nil : try placed(item, in: pack) }
        guard scan.isTorn else { return nil }
        let position = PackPosition(pack: pack.number, offset: scan.offset)
        let told = try DamageSearch(storage: storage).run(directory.extents(from: pack.number))
        guard let damage = told[position] else { throw damaged(pack.id, scan.offset) }
        scan.pass(damage.length)
        return PlacedItem(item: .damage(damage), position: position, length: damage.length)
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
