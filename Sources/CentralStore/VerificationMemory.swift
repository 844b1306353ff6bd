import Content

/// Which chunks were hashed already and are what they were. 16 bytes of each id are kept in one flat table; past the limit new ids are not
/// remembered, and at worst a chunk is hashed more than once.
struct VerificationMemory {
    private var slots: [(UInt64, UInt64)]
    private(set) var count = 0
    private let limit: Int

    /// - Parameter limit: ids remembered at most; 4 million take 128 MiB.
    init(limit: Int = 4 << 20) {
        self.limit = limit
        slots = Array(repeating: (0, 0), count: 1024)
    }

    func contains(_ id: ChunkID) -> Bool {
        let key = Self.key(id)
        return slots[find(key)] == key
    }

    /// - Returns: whether the id is new, as far as remembered.
    @discardableResult
    mutating func insert(_ id: ChunkID) -> Bool {
        let key = Self.key(id)
        var slot = find(key)
        if slots[slot] == key { return false }
        guard count < limit else { return true }
        if (count + 1) * 2 > slots.count {
            grow()
            slot = find(key)
        }
        slots[slot] = key
        count += 1
        return true
    }

    private func find(_ key: (UInt64, UInt64)) -> Int {
        var slot = Int(key.0 & UInt64(slots.count - 1))
        while slots[slot] != (0, 0), slots[slot] != key { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: (0, 0), count: old.count * 2)
        for key in old where key != (0, 0) { slots[find(key)] = key }
    }

    /// Never (0, 0), which marks a free slot; no content has a hash like that.
    private static func key(_ id: ChunkID) -> (UInt64, UInt64) {
        let bytes = id.bytes
        var second: UInt64 = 0
        for byte in bytes[8..<16] { second = second << 8 | UInt64(byte) }
        return (id.prefix64, second | 1)
    }
}
