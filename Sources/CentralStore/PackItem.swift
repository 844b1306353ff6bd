import Content
import LevelTree

/// One thing in a pack.
enum PackItem: Sendable {
    /// Chunks, compressed together.
    case block(PackBlock)
    /// Chunks that lie in earlier blocks and now belong to one more owner.
    case claim(PackClaim)
    /// A fact that chunks do not tell.
    case record(StoreRecord)
    /// That an earlier block is not what it was.
    case damage(PackDamage)
}

/// Who brought chunks.
enum ChunkOwner: Hashable, Sendable {
    /// Private to this school and others that bring them too.
    case school(ServerID)
    /// Common, by the seed of this name.
    case seed(String)
}

struct PackBlock: Sendable {
    let owner: ChunkOwner
    /// In the order of the content; their lengths add up to it.
    let chunks: [ChunkReference]
    /// One zstd frame of the chunks' concatenation, without a base. Mostly a part of what a school sent, which is not copied
    /// for it.
    let compressed: ArraySlice<UInt8>

    var contentLength: Int { chunks.reduce(0) { $0 + $1.length } }

    /// Each chunk, and where it begins in the content.
    var placed: [(reference: ChunkReference, start: Int)] {
        var start = 0
        return chunks.map { chunk in
            defer { start += chunk.length }
            return (chunk, start)
        }
    }
}

struct PackClaim: Sendable {
    let owner: ChunkOwner
    let chunks: [ChunkID]
}

/// What kind an item is, as its first byte says.
enum PackItemKind: UInt8 {
    case block = 0x42  // B
    case claim = 0x43  // C
    case record = 0x52  // R
    case damage = 0x44  // D
    case footer = 0x46  // F
}

extension PackItem {
    var kind: PackItemKind {
        switch self {
        case .block: .block
        case .claim: .claim
        case .record: .record
        case .damage: .damage
        }
    }

    /// The same for the catalog: a block tells what it holds, and does not hold it.
    var withoutContent: PackItem {
        guard case .block(let block) = self else { return self }
        return .block(PackBlock(owner: block.owner, chunks: block.chunks, compressed: []))
    }

    /// The whole item as it stands in a pack.
    func encoded() throws -> [UInt8] {
        switch self {
        case .block(let block):
            PackItem.framed(kind, length: block.encodedLength) { block.append(to: &$0) }
        case .claim(let claim): PackItem.framed(kind, claim.encoded())
        case .record(let record): PackItem.framed(kind, try record.encoded())
        case .damage(let damage): PackItem.framed(kind, damage.encoded())
        }
    }

    static func framed(_ kind: PackItemKind, _ payload: [UInt8]) -> [UInt8] {
        framed(kind, length: payload.count) { $0 += payload }
    }

    /// - Parameter append: appends the payload, `length` bytes: a frame's need not be copied more than this once.
    private static func framed(
        _ kind: PackItemKind, length: Int, _ append: (inout [UInt8]) -> Void
    ) -> [UInt8] {
        precondition(length <= PackFormat.maximumPayload, "an item is bounded by what may become one")
        let headerLength = PackFormat.itemHeaderLength
        var bytes: [UInt8] = [kind.rawValue, 0, 0, 0]
        bytes.reserveCapacity(headerLength + length)
        bytes.append(littleEndian: UInt32(length))
        let checked = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: headerLength - checked))
        append(&bytes)
        precondition(bytes.count == headerLength + length, "a payload is as long as was told")
        let checksum = bytes.withUnsafeBytes {
            PackFormat.checksum($0[..<checked], UnsafeRawBufferPointer(rebasing: $0[headerLength...]))
        }
        bytes.replaceSubrange(checked..<headerLength, with: checksum)
        return bytes
    }

    /// - Returns: nil for a payload that no version of this program wrote.
    init?(_ kind: PackItemKind, _ payload: UnsafeRawBufferPointer) throws {
        switch kind {
        case .block:
            guard let block = PackBlock(payload) else { return nil }
            self = .block(block)
        case .claim:
            guard let claim = PackClaim(payload) else { return nil }
            self = .claim(claim)
        case .record: self = .record(try StoreRecord(decoding: payload))
        case .damage:
            guard let damage = PackDamage(payload) else { return nil }
            self = .damage(damage)
        case .footer: return nil
        }
    }
}

extension ChunkOwner {
    /// A seed's name may be this long, so that its length fits a byte.
    static let maximumName = 200

    func append(to bytes: inout [UInt8]) {
        let kind: UInt8 =
            switch self {
            case .school: 1
            case .seed: 2
            }
        bytes += [kind, UInt8(text.utf8.count)] + text.utf8
    }

    var encodedLength: Int { 2 + text.utf8.count }

    private var text: String {
        switch self {
        case .school(let id): id.text
        case .seed(let name): name
        }
    }

    init?(_ reader: inout PackBytes) {
        guard let kind = reader.number(UInt8.self), let length = reader.number(UInt8.self),
            let bytes = reader.bytes(Int(length))
        else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        switch kind {
        case 1:
            guard let id = try? ServerID(text) else { return nil }
            self = .school(id)
        case 2: self = .seed(text)
        default: return nil
        }
    }
}

extension PackBlock {
    /// `owner count:u32 (id[32] length:u32)[count] zstd frame`
    func append(to bytes: inout [UInt8]) {
        owner.append(to: &bytes)
        bytes.append(littleEndian: UInt32(chunks.count))
        for chunk in chunks {
            chunk.id.append(to: &bytes)
            bytes.append(littleEndian: UInt32(chunk.length))
        }
        bytes += compressed
    }

    var encodedLength: Int { owner.encodedLength + 4 + chunks.count * (ChunkID.byteCount + 4) + compressed.count }

    init?(_ payload: UnsafeRawBufferPointer) {
        var reader = PackBytes(payload)
        guard let owner = ChunkOwner(&reader), let count = reader.number(UInt32.self),
            Int(count) * 36 <= payload.count
        else { return nil }
        var chunks: [ChunkReference] = []
        chunks.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let bytes = reader.bytes(ChunkID.byteCount), let id = try? ChunkID(bytes: bytes),
                let length = reader.number(UInt32.self)
            else { return nil }
            chunks.append(ChunkReference(id: id, length: Int(length)))
        }
        self.init(owner: owner, chunks: chunks, compressed: Array(reader.rest())[...])
    }
}

extension PackClaim {
    /// `owner count:u32 id[32][count]`
    func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        owner.append(to: &bytes)
        bytes.append(littleEndian: UInt32(chunks.count))
        for id in chunks { id.append(to: &bytes) }
        return bytes
    }

    init?(_ payload: UnsafeRawBufferPointer) {
        var reader = PackBytes(payload)
        guard let owner = ChunkOwner(&reader), let count = reader.number(UInt32.self),
            Int(count) * ChunkID.byteCount <= payload.count
        else { return nil }
        var chunks: [ChunkID] = []
        chunks.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let bytes = reader.bytes(ChunkID.byteCount), let id = try? ChunkID(bytes: bytes) else { return nil }
            chunks.append(id)
        }
        guard reader.rest().isEmpty else { return nil }
        self.init(owner: owner, chunks: chunks)
    }
}
