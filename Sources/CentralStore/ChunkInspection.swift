import Content

/// What a look at one stored block found.
public struct InspectedBlock: Sendable {
    public let address: BlockAddress
    /// Chunks that were hashed and are what they were, and their bytes.
    public let chunks: UInt64
    public let bytes: UInt64
    /// What is wrong and what to do, without the full stop; nil if nothing is.
    public let damage: String?
}

/// Reads stored chunks back block by block, whether or not any snapshot names them.
struct ChunkInspection {
    let storage: any PackStorage
    let directory: PackDirectory
    let catalog: Catalog

    /// So many blocks are looked up together; between two look-ups the catalog is not held.
    private static let page = 16

    /// Holds one block at a time, and reads it once. One of which no chunk is wanted is not unpacked.
    /// - Parameter learn: called before each look into the packs, for who must learn of new ones.
    func run(
        _ isWanted: (ChunkID) -> Bool, learn: () throws -> Void = {}, _ body: (InspectedBlock) throws -> Void
    ) throws {
        let check = BlockCheck(catalog: catalog, blocks: BlockReading(storage: storage, directory: directory))
        var last: Int64 = 0
        while true {
            let blocks = try catalog.blocks(after: last, limit: ChunkInspection.page)
            guard let end = blocks.last?.number else { return }
            last = end
            try learn()
            for block in blocks {
                let wanted = block.chunks.map { isWanted($0.reference.id) }
                try body(inspect(block, wanted, check))
            }
        }
    }

    private func inspect(_ block: StoredBlock, _ wanted: [Bool], _ check: BlockCheck) throws -> InspectedBlock {
        let finding: BlockCheck.Finding
        do {
            finding = try wanted.contains(true) ? check.look(at: block) : check.lookFromOutside(at: block)
        } catch let error as StoreError {
            return InspectedBlock(address: block.address, chunks: 0, bytes: 0, damage: error.message)
        }
        let asked = zip(block.chunks, zip(wanted, finding.damaged)).filter { $1.0 }
        let sound = asked.filter { !$1.1 }.map(\.0)
        let bad = asked.filter { $1.1 }.map(\.0)
        var damage = bad.isEmpty ? nil : try sentence(block, bad)
        // Known, it is made up for.
        if damage == nil, !finding.isWhole, !block.isNoted {
            damage = "\(try place(of: block)) is damaged where it tells what it holds; its chunks are not"
        }
        return InspectedBlock(
            address: block.address, chunks: UInt64(sound.count),
            bytes: sound.reduce(0) { $0 + UInt64($1.reference.length) }, damage: damage)
    }

    private func place(of block: StoredBlock) throws -> String {
        let pack = try directory.extent(block.place.pack).id
        return "the block at byte \(block.place.offset) of the pack \(pack), number \(block.place.pack),"
    }

    private func sentence(_ block: StoredBlock, _ bad: [StoredBlock.Chunk]) throws -> String {
        let common = bad.count { $0.isCommon }
        var cures: [String] = []
        if common > 0 {
            cures.append("\(common) common, which come again with clix-store seed on the same folder")
        }
        if common < bad.count {
            cures.append(
                "\(bad.count - common) private, which schools that still have them send again with the commit that names "
                    + "them")
        }
        return "\(bad.count) of \(counted(block.chunks.count, "chunk")) in \(try place(of: block)) "
            + "\(bad.count == 1 ? "is" : "are") damaged: "
            + "\(cures.joined(separator: "; ")). "
            + "Or put the pack back from a copy of the packs folder"
    }
}

extension CentralStore {
    public func inspectChunks(
        _ isWanted: (ChunkID) -> Bool, _ body: (InspectedBlock) throws -> Void
    ) throws {
        try ChunkInspection(storage: storage, directory: directory, catalog: catalog).run(isWanted, body)
    }
}
