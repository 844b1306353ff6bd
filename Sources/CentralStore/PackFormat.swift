import Content

/// The bytes of a pack. All numbers are little endian.
///
/// ```
/// header   "CLIXPACK" version:u32 (1) 0:u32  number:u64  previous number:u64 end:u64  0[16]  checksum[8]   64 bytes
/// item*    kind:u8 0[3] length:u32 checksum[8]  payload[length]
/// footer   an item of kind F: count:u32 (offset:u64 length:u32 kind:u8)[count]
/// trailer  "CLIXSEAL" offset of the footer:u64                                                      16 bytes
/// ```
///
/// Packs carry rising numbers and are read in that order: together they are the store's whole history. A header tells
/// which pack came before (0: none) and how far that one counts: what lies behind that end was in doubt when an fsync
/// failed, was answered with an error, and is no part of the history. A pack that no header names, other than the last,
/// never came to hold anything durable. A checksum is the first 8 bytes of the SHA-256 over the 8 bytes (in a header:
/// the 56) before it and the payload.
///
/// An open pack has no footer yet. Its tail may be torn by a power cut; see `PackRecovery`.
enum PackFormat {
    static let magic = Array("CLIXPACK".utf8)
    static let sealMagic = Array("CLIXSEAL".utf8)
    static let version: UInt32 = 1
    static let headerLength = 64
    static let itemHeaderLength = 16
    static let trailerLength = 16
    /// A block holds one frame's content at most, which need not compress, and its ids.
    static let maximumPayload = 16 << 20

    static func checksum(_ head: some Collection<UInt8>, _ payload: UnsafeRawBufferPointer) -> [UInt8] {
        var hash = SHA256Stream()
        hash.update(Array(head))
        hash.update(payload)
        return Array(hash.finalized().bytes.prefix(8))
    }
}

/// The first bytes of a pack.
struct PackHeader: Hashable, Sendable {
    let number: UInt64
    /// The end of the history before this pack.
    let previous: PackPosition

    init(number: UInt64, previous: PackPosition) {
        self.number = number
        self.previous = previous
    }

    func encoded() -> [UInt8] {
        var bytes = PackFormat.magic
        bytes.append(littleEndian: PackFormat.version)
        bytes.append(littleEndian: UInt32(0))
        bytes.append(littleEndian: number)
        bytes.append(littleEndian: previous.pack)
        bytes.append(littleEndian: previous.offset)
        bytes.append(contentsOf: repeatElement(0, count: 16))
        return bytes + PackFormat.checksum(bytes, UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// - Returns: nil for a header that was torn or is none.
    /// - Throws: `StoreError` for a pack of a newer version.
    init?(_ bytes: [UInt8], of id: PackID) throws {
        guard bytes.count >= PackFormat.headerLength, bytes.starts(with: PackFormat.magic) else { return nil }
        let told = bytes[56..<64]
        let right = PackFormat.checksum(bytes[..<56], UnsafeRawBufferPointer(start: nil, count: 0))
        guard told.elementsEqual(right) else { return nil }
        let fields = bytes.withUnsafeBytes { raw in
            var reader = PackBytes(raw)
            _ = reader.bytes(8)
            let version = reader.number(UInt32.self)
            _ = reader.number(UInt32.self)
            return (version, reader.number(UInt64.self), reader.number(UInt64.self), reader.number(UInt64.self))
        }
        guard fields.0 == PackFormat.version, let number = fields.1, let pack = fields.2, let end = fields.3 else {
            throw StoreError(
                .damaged, "the pack \(id) was written by a newer clix-store; use that version or a newer one")
        }
        self.init(number: number, previous: PackPosition(pack: pack, offset: end))
    }
}
