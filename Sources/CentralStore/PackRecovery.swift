import Content

/// Finds out what the packs hold when a store is opened, and makes the last one fit to be written to.
///
/// The order of writing is pack, fsync, catalog, answer. So up to the catalog's position the last pack must be whole,
/// and what stands behind it was answered to nobody: whole items there are kept (made durable now, and applied), and a
/// torn tail is cut off.
struct PackRecovery {
    let storage: any PackStorage
    let directory: PackDirectory

    /// The numbers that the catalog knows, so that not every header must be read.
    let known: [PackID: UInt64]
    /// What the catalog has applied; `.start` without a catalog.
    let applied: PackPosition
    /// The length of the block that the catalog knows at a place.
    let block: (PackPosition) throws -> Int?

    struct Result {
        var open: PackWriter.OpenPack?
        /// The history's end, or its end before the open pack.
        var last: PackPosition
        var highest: UInt64
        /// How many bytes were torn off.
        var cut: UInt64
    }

    /// Fills the directory.
    /// - Throws: `StoreError` with code `damaged` where packs are missing, or end before what the catalog knows.
    func run() throws -> Result {
        let listed = try storage.list()
        try checkKnown(Set(listed))
        let fresh = try headers(of: listed.filter { known[$0] == nil })
        let highest = max(fresh.map(\.header.number).max() ?? 0, known.values.max() ?? 0)
        let chain = try chain(fresh)
        guard let (number, id, previous) = try chain.last ?? lastKnown() else {
            return Result(open: nil, last: .start, highest: highest, cut: 0)
        }
        return try recoverLast(id, number, previous: previous, highest: highest)
    }

    private func checkKnown(_ listed: Set<PackID>) throws {
        for (id, number) in known {
            guard listed.contains(id) else {
                throw StoreError(
                    .damaged,
                    "the pack \(id), which the catalog knows as number \(number), is not there; put it back from a "
                        + "copy of the packs folder")
            }
            // Ends before the catalog's position are never read up to; no header needs to be read for them.
            directory.set(.init(id: id, number: number, end: try storage.length(of: id)))
        }
    }

    private func headers(of packs: [PackID]) throws -> [(id: PackID, header: PackHeader)] {
        try packs.compactMap { id in
            if let header = try readHeader(id) { return (id, header) }
            try storage.discardHeaderless(id)
            return nil
        }
    }

    /// The packs behind the catalog's position that belong to the history, in its order: from the last one back, each
    /// names the one before.
    private func chain(_ fresh: [(id: PackID, header: PackHeader)]) throws -> [(UInt64, PackID, PackPosition)] {
        let byNumber = Dictionary(fresh.map { ($0.header.number, $0) }, uniquingKeysWith: { first, _ in first })
        guard let last = fresh.max(by: { $0.header.number < $1.header.number }), last.header.number > applied.pack
        else {
            return []
        }
        var chain = [last]
        while let previous = chain.last?.header.previous, previous.pack > applied.pack {
            guard let pack = byNumber[previous.pack] else { throw missing(previous.pack) }
            directory.set(.init(id: pack.id, number: previous.pack, end: previous.offset))
            chain.append(pack)
        }
        let root = chain.last?.header.previous ?? .start
        guard root.pack == applied.pack, root.offset >= applied.offset else { throw missing(root.pack + 1) }
        if let id = known.first(where: { $0.value == root.pack })?.key {
            directory.set(.init(id: id, number: root.pack, end: root.offset))
        }
        return chain.reversed().map { ($0.header.number, $0.id, $0.header.previous) }
    }

    private func missing(_ number: UInt64) -> StoreError {
        StoreError(
            .damaged,
            "the packs are not complete: number \(number) is not there, or another pack's place in their order is "
                + "not what the catalog knows; put the missing file back from a copy of the packs folder")
    }

    private func lastKnown() throws -> (UInt64, PackID, PackPosition)? {
        guard let (id, number) = known.max(by: { $0.value < $1.value }) else { return nil }
        guard let header = try readHeader(id) else {
            throw StoreError(
                .damaged, "the pack \(id) has no header any more; put it back from a copy of the packs folder")
        }
        return (number, id, header.previous)
    }

    private func recoverLast(
        _ id: PackID, _ number: UInt64, previous: PackPosition, highest: UInt64
    ) throws -> Result {
        let length = try storage.length(of: id)
        if try isSealed(id, length) {
            directory.set(.init(id: id, number: number, end: length))
            return Result(
                open: nil, last: PackPosition(pack: number, offset: length), highest: highest, cut: 0)
        }
        var scan = PackScan(storage, id, from: UInt64(PackFormat.headerLength), to: length)
        var index: [PackIndexEntry] = []
        while let entry = try next(&scan, .init(id: id, number: number, end: length)) {
            // A footer without its trailer is torn; what it lists stands before it.
            if entry.kind == .footer { break }
            index.append(entry)
        }
        let end = index.last.map { $0.offset + UInt64($0.length) } ?? UInt64(PackFormat.headerLength)
        try checkReaches(end, id, number)
        if end < length, applied.pack == 0 {
            // Without a catalog a torn tail looks like damage in the middle. Nothing is thrown away then: the history
            // goes on in another pack, whose header says where this one ends.
            directory.set(.init(id: id, number: number, end: end))
            let last = PackPosition(pack: number, offset: end)
            return Result(open: nil, last: last, highest: highest, cut: length - end)
        }
        if end < length { try storage.truncate(id, to: end) }
        try storage.sync(id)
        directory.set(.init(id: id, number: number, end: end))
        let open = PackWriter.OpenPack(id: id, number: number, length: end, durable: end, index: index)
        return Result(open: open, last: previous, highest: highest, cut: length - end)
    }

    /// The next item. A block that is damaged is no torn tail where the catalog knows it, or a later item tells of it: its
    /// content is proved when it is read, as in packs that are sealed.
    private func next(_ scan: inout PackScan, _ pack: PackDirectory.Extent) throws -> PackIndexEntry? {
        if let item = try scan.next() {
            return PackIndexEntry(offset: item.offset, length: UInt32(item.length), kind: item.kind)
        }
        guard scan.isTorn else { return nil }
        let position = PackPosition(pack: pack.number, offset: scan.offset)
        let told = try block(position) ?? DamageSearch(storage: storage).run([pack])[position]?.length
        guard let told, scan.offset + UInt64(told) <= pack.end else { return nil }
        scan.pass(told)
        return PackIndexEntry(offset: position.offset, length: UInt32(told), kind: .block)
    }

    private func checkReaches(_ end: UInt64, _ id: PackID, _ number: UInt64) throws {
        guard number > applied.pack || end >= applied.offset else {
            throw StoreError(
                .damaged,
                "the pack \(id) is damaged at byte \(end), before byte \(applied.offset) up to which it was complete; "
                    + "put it back from a copy of the packs folder, and run clix-store verify --all")
        }
    }

    private func isSealed(_ id: PackID, _ length: UInt64) throws -> Bool {
        let trailer = UInt64(PackFormat.trailerLength)
        guard length > UInt64(PackFormat.headerLength) + trailer else { return false }
        let bytes = try storage.read(id, at: length - trailer, count: PackFormat.trailerLength)
        guard bytes.starts(with: PackFormat.sealMagic) else { return false }
        let footer = bytes[8...].withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard footer >= UInt64(PackFormat.headerLength), footer < length else { return false }
        var scan = PackScan(storage, id, from: footer, to: length)
        guard let item = try scan.next(), item.kind == .footer else { return false }
        return item.end == length - trailer
    }

    /// - Returns: nil for a pack that never got its header: the first sector is there as a whole or not at all.
    private func readHeader(_ id: PackID) throws -> PackHeader? {
        let length = try storage.length(of: id)
        let bytes = try storage.read(id, at: 0, count: Int(min(length, UInt64(PackFormat.headerLength))))
        if let header = try PackHeader(bytes, of: id) { return header }
        guard bytes.count < PackFormat.headerLength || bytes.allSatisfy({ $0 == 0 }) else {
            throw StoreError(
                .damaged, "the pack \(id) has a damaged header; put it back from a copy of the packs folder")
        }
        return nil
    }
}
