import Content

/// An item as a scan finds it.
struct ScannedItem: Sendable {
    let kind: PackItemKind
    let offset: UInt64
    /// Header included.
    let length: Int
    let payload: [UInt8]

    var end: UInt64 { offset + UInt64(length) }
}

/// Reads a pack's items in their order, each with its checksum verified, up to the pack's end or the first item that is
/// not whole. Holds one item at a time.
struct PackScan {
    private let storage: any PackStorage
    private let pack: PackID
    /// Where the next item begins; after the end, where the last whole one ended.
    private(set) var offset: UInt64
    private let end: UInt64
    /// Whether the scan ended because what stands at `offset` is no whole item.
    private(set) var isTorn = false
    private var window: [UInt8] = []
    private var windowStart: UInt64 = 0

    private static let windowLength = 1 << 20

    init(_ storage: any PackStorage, _ pack: PackID, from offset: UInt64, to end: UInt64) {
        self.storage = storage
        self.pack = pack
        self.offset = offset
        self.end = end
    }

    /// The next item; nil at the end. The footer comes as an item, and is the last one.
    mutating func next() throws -> ScannedItem? {
        guard !isTorn, offset < end else { return nil }
        guard let head = try bytes(at: offset, PackFormat.itemHeaderLength) else { return tear() }
        let told = head[4..<8].withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) }
        guard let kind = PackItemKind(rawValue: head[0]), head[1..<4].allSatisfy({ $0 == 0 }),
            told <= UInt32(PackFormat.maximumPayload),
            let payload = try bytes(at: offset + UInt64(head.count), Int(told))
        else { return tear() }
        guard PackScan.proves(head, payload[...]) else { return tear() }
        let item = ScannedItem(kind: kind, offset: offset, length: head.count + payload.count, payload: payload)
        // Behind a footer only the trailer stands, which is no item.
        offset = kind == .footer ? end : item.end
        return item
    }

    /// Whether these bytes are exactly one item, as it was written.
    static func isWhole(_ item: [UInt8]) -> Bool {
        guard item.count >= PackFormat.itemHeaderLength, PackItemKind(rawValue: item[0]) != nil else { return false }
        let told = item[4..<8].withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) }
        let (head, payload) = (item[..<PackFormat.itemHeaderLength], item[PackFormat.itemHeaderLength...])
        return payload.count == Int(told) && proves(Array(head), payload)
    }

    private static func proves(_ head: [UInt8], _ payload: ArraySlice<UInt8>) -> Bool {
        payload.withUnsafeBytes { PackFormat.checksum(head[..<8], $0) }.elementsEqual(head[8..<16])
    }

    /// Goes on behind what stands at `offset` and is no whole item.
    mutating func pass(_ length: Int) {
        isTorn = false
        offset += UInt64(length)
    }

    private mutating func tear() -> ScannedItem? {
        isTorn = true
        return nil
    }

    /// - Returns: nil if the pack ends before.
    private mutating func bytes(at start: UInt64, _ count: Int) throws -> [UInt8]? {
        guard start + UInt64(count) <= end else { return nil }
        if start < windowStart || start + UInt64(count) > windowStart + UInt64(window.count) {
            let length = min(UInt64(max(count, PackScan.windowLength)), end - start)
            window = try storage.read(pack, at: start, count: Int(length))
            windowStart = start
        }
        let first = Int(start - windowStart)
        return Array(window[first..<first + count])
    }
}

/// A line of a footer.
struct PackIndexEntry: Hashable, Sendable {
    let offset: UInt64
    let length: UInt32
    let kind: PackItemKind

    static func encoded(_ entries: [PackIndexEntry]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt32(entries.count))
        for entry in entries {
            bytes.append(littleEndian: entry.offset)
            bytes.append(littleEndian: entry.length)
            bytes.append(entry.kind.rawValue)
        }
        return bytes
    }

    static func decoded(_ payload: [UInt8]) -> [PackIndexEntry]? {
        payload.withUnsafeBytes { raw in
            var reader = PackBytes(raw)
            guard let count = reader.number(UInt32.self), Int(count) * 13 == raw.count - 4 else { return nil }
            var entries: [PackIndexEntry] = []
            for _ in 0..<count {
                guard let offset = reader.number(UInt64.self), let length = reader.number(UInt32.self),
                    let kind = reader.number(UInt8.self).flatMap(PackItemKind.init)
                else { return nil }
                entries.append(PackIndexEntry(offset: offset, length: length, kind: kind))
            }
            return entries
        }
    }
}
