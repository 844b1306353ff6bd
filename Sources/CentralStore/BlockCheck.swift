import Content
import LevelTree

/// Reads blocks back from the disk, without a cache, and tells what is not as it was.
struct BlockCheck {
    let catalog: Catalog
    let blocks: BlockReading

    struct Finding {
        /// Whether each of the block's chunks is damaged.
        var damaged: [Bool]
        /// Whether the item as such is what it was: only then can the packs be read anew without help.
        var isWhole: Bool
    }

    /// - Throws: `StoreError` if the pack cannot be opened; what cannot be read in it is damaged.
    func look(at block: StoredBlock) throws -> Finding {
        do {
            let item = try blocks.item(at: block.place)
            let content = try blocks.content(of: block.place, in: item)
            return Finding(
                damaged: block.chunks.map { !BlockCheck.holds(content, $0.reference, at: $0.start) },
                isWhole: PackScan.isWhole(item))
        } catch let error as StoreError where error.code == .damaged {
            return Finding(damaged: block.chunks.map { _ in true }, isWhole: false)
        }
    }

    /// The same by the item's checksum alone.
    func lookFromOutside(at block: StoredBlock) throws -> Finding {
        do {
            return Finding(
                damaged: block.chunks.map { _ in false }, isWhole: PackScan.isWhole(try blocks.item(at: block.place)))
        } catch let error as StoreError where error.code == .damaged {
            return Finding(damaged: block.chunks.map { _ in true }, isWhole: false)
        }
    }

    static func holds(_ content: [UInt8], _ chunk: ChunkReference, at start: Int) -> Bool {
        content.withUnsafeBytes { ChunkReader.chunk(chunk.id, at: start, length: chunk.length, in: $0) != nil }
    }

    /// What a pack is to tell of a block that is damaged.
    func item(for block: StoredBlock, _ damaged: [Bool]) throws -> PackItem {
        let head = (try? blocks.item(at: block.place)).flatMap(BlockReading.block)
        guard let owner = block.owner ?? head?.owner else {
            throw StoreError(
                .damaged,
                "the block at byte \(block.place.offset) of pack number \(block.place.pack) does not even tell whose it "
                    + "was; put the pack back from a copy of the packs folder")
        }
        var chunks = zip(block.chunks, damaged).map { chunk, isDamaged in
            PackDamage.Chunk(reference: chunk.reference, start: chunk.start, isDamaged: isDamaged)
        }
        chunks += try elsewhere(head, block, owner)
        return .damage(
            PackDamage(
                position: PackPosition(pack: block.place.pack, offset: block.place.offset), length: block.place.length,
                content: block.place.content, owner: owner, chunks: chunks.sorted { $0.start < $1.start }))
    }

    /// The block's chunks that are read from another place: their owner may have them by this block alone. What the
    /// damaged block says of itself counts where the catalog agrees; what it says no more is asked for again, once the
    /// packs are read anew.
    private func elsewhere(
        _ head: PackBlock?, _ block: StoredBlock, _ owner: ChunkOwner
    ) throws -> [PackDamage.Chunk] {
        guard let head else { return [] }
        let here = Set(block.chunks.map(\.reference.id))
        let others = head.placed.filter { !here.contains($0.reference.id) }
        let held = try catalog.has(others.map(\.reference), owner)
        return others.filter { held.contains($0.reference.id) }.map {
            PackDamage.Chunk(reference: $0.reference, start: $0.start, isDamaged: false)
        }
    }
}

/// Looks after what the store has already, before the same bytes are dropped for it.
struct StoredCopies {
    let catalog: Catalog
    let check: BlockCheck

    struct Findings {
        /// Those that the store has, and that were read back and proved.
        var intact: Set<ChunkID> = []
        /// To be told in a pack before the blocks that bring the damaged ones again.
        var damage: [PackItem] = []
    }

    /// Each block is read once.
    /// - Parameter limit: so many blocks are read; chunks in others count as intact. What is known to be damaged needs no
    ///   reading, and is never among them.
    func look(at ids: [ChunkID], blocks limit: Int = .max) throws -> Findings {
        let stored = try catalog.stored(ids)
        var waiting: [BlockAddress: Set<ChunkID>] = [:]
        var order: [BlockAddress] = []
        for id in ids where stored.contains(id) {
            guard let place = try catalog.place(of: id)?.block else { continue }
            let address = BlockAddress(pack: place.pack, offset: place.offset)
            if waiting[address, default: []].isEmpty { order.append(address) }
            waiting[address, default: []].insert(id)
        }
        var findings = Findings()
        for address in order.prefix(limit) { try look(at: address, for: waiting[address] ?? [], &findings) }
        for address in order.dropFirst(limit) { findings.intact.formUnion(waiting[address] ?? []) }
        return findings
    }

    private func look(at address: BlockAddress, for wanted: Set<ChunkID>, _ findings: inout Findings) throws {
        guard let block = try catalog.block(at: address) else { return }
        let damaged = try check.look(at: block).damaged
        var isBad = false
        for (chunk, isDamaged) in zip(block.chunks, damaged) where wanted.contains(chunk.reference.id) {
            if isDamaged { isBad = true } else { findings.intact.insert(chunk.reference.id) }
        }
        if isBad { findings.damage.append(try check.item(for: block, damaged)) }
    }
}

extension CentralStore {
    var blockCheck: BlockCheck {
        BlockCheck(catalog: catalog, blocks: BlockReading(storage: storage, directory: directory))
    }

    var storedCopies: StoredCopies { StoredCopies(catalog: catalog, check: blockCheck) }

    /// Reads these blocks back. What is damaged of them counts as missing from now on: schools that ask are told so, and
    /// a commit that names it is refused until it has come again.
    ///
    /// - Returns: how many chunks are damaged. Again for a block that was told of before.
    public func noteDamage(in blocks: [BlockAddress]) throws -> Int {
        var chunks = 0
        for address in blocks {
            guard let block = try catalog.block(at: address) else { continue }
            let finding = try blockCheck.look(at: block)
            chunks += finding.damaged.count { $0 }
            let isNew = zip(block.chunks, finding.damaged).contains { $1 && !$0.isDamaged }
            guard isNew || (!finding.isWhole && !block.isNoted) else { continue }
            try journal.keep([blockCheck.item(for: block, finding.damaged)])
        }
        return chunks
    }
}
