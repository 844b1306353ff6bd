import Content

/// That a block is not what it was any more, and what it held: written when that is noticed, somewhere behind it.
///
/// What is damaged of it counts as missing from here on, until a later block brings it again. And since the block's own
/// bytes prove nothing now, this stands in for them when the packs are read anew, so that a catalog that is made anew
/// equals the one that was there.
struct PackDamage: Hashable, Sendable {
    struct Chunk: Hashable, Sendable {
        let reference: ChunkReference
        /// In the block's content.
        let start: Int
        let isDamaged: Bool
    }

    /// Where the block begins.
    let position: PackPosition
    /// Of the block as an item, header included, and of its content once unpacked.
    let length: Int
    let content: Int
    let owner: ChunkOwner
    /// In the order of the content; there may be gaps.
    let chunks: [Chunk]
}

extension PackDamage {
    /// `pack:u64 offset:u64 length:u32 content:u32 owner count:u32 (id[32] length:u32 start:u32 damaged:u8)[count]`
    func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: position.pack)
        bytes.append(littleEndian: position.offset)
        bytes.append(littleEndian: UInt32(length))
        bytes.append(littleEndian: UInt32(content))
        owner.append(to: &bytes)
        bytes.append(littleEndian: UInt32(chunks.count))
        for chunk in chunks {
            chunk.reference.id.append(to: &bytes)
            bytes.append(littleEndian: UInt32(chunk.reference.length))
            bytes.append(littleEndian: UInt32(chunk.start))
            bytes.append(chunk.isDamaged ? 1 : 0)
        }
        return bytes
    }

    init?(_ payload: UnsafeRawBufferPointer) {
        var reader = PackBytes(payload)
        guard let pack = reader.number(UInt64.self), let offset = reader.number(UInt64.self),
            let length = reader.number(UInt32.self), let content = reader.number(UInt32.self),
            let owner = ChunkOwner(&reader), let count = reader.number(UInt32.self),
            Int(count) * 41 == payload.count - reader.position
        else { return nil }
        var chunks: [Chunk] = []
        chunks.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let bytes = reader.bytes(ChunkID.byteCount), let id = try? ChunkID(bytes: bytes),
                let length = reader.number(UInt32.self), let start = reader.number(UInt32.self),
                let isDamaged = reader.number(UInt8.self)
            else { return nil }
            chunks.append(
                Chunk(
                    reference: ChunkReference(id: id, length: Int(length)), start: Int(start), isDamaged: isDamaged != 0
                ))
        }
        self.init(
            position: PackPosition(pack: pack, offset: offset), length: Int(length), content: Int(content),
            owner: owner, chunks: chunks)
    }
}

/// Finds what packs tell of damaged blocks, and passes everything else by. Only asked for where something is not whole.
struct DamageSearch {
    let storage: any PackStorage

    /// - Parameter packs: in their order.
    /// - Returns: by the block's place; of a block that is told of more than once, the first, which knows the most.
    func run(_ packs: [PackDirectory.Extent]) throws -> [PackPosition: PackDamage] {
        var found: [PackPosition: PackDamage] = [:]
        // The last one first: a block whose header is damaged too can be passed by once its length is known.
        for pack in packs.reversed() {
            found.merge(try run(pack, found)) { _, earlier in earlier }
        }
        return found
    }

    private func run(
        _ pack: PackDirectory.Extent, _ known: [PackPosition: PackDamage]
    ) throws -> [PackPosition: PackDamage] {
        var found: [PackPosition: PackDamage] = [:]
        var offset = UInt64(PackFormat.headerLength)
        while offset < pack.end {
            if let block = known[PackPosition(pack: pack.number, offset: offset)] {
                offset += UInt64(block.length)
                continue
            }
            guard let head = try ItemHead(storage, pack, at: offset), head.kind != .footer else { break }
            if head.kind == .damage {
                var scan = PackScan(storage, pack.id, from: offset, to: offset + UInt64(head.length))
                if let item = try scan.next(), let damage = item.payload.withUnsafeBytes({ PackDamage($0) }),
                    found[damage.position] == nil
                {
                    found[damage.position] = damage
                }
            }
            offset += UInt64(head.length)
        }
        return found
    }
}

/// What the first bytes of an item say, without a look at the rest.
struct ItemHead {
    let kind: PackItemKind
    /// Header included.
    let length: Int

    /// - Returns: nil where no item can begin that ends within the pack.
    init?(_ storage: any PackStorage, _ pack: PackDirectory.Extent, at offset: UInt64) throws {
        guard offset + UInt64(PackFormat.itemHeaderLength) <= pack.end else { return nil }
        let head = try storage.read(pack.id, at: offset, count: PackFormat.itemHeaderLength)
        let told = head[4..<8].withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) }
        let length = PackFormat.itemHeaderLength + Int(told)
        guard let kind = PackItemKind(rawValue: head[0]), offset + UInt64(length) <= pack.end else { return nil }
        self.kind = kind
        self.length = length
    }
}
