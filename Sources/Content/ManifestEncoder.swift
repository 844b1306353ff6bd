import LevelTree

/// Writes a manifest, entry by entry. The same entries give the same bytes.
public struct ManifestEncoder {
    private var bytes: [UInt8] = ManifestFormat.magic + [ManifestFormat.version]
    private var order = ManifestOrder()
    private var count: UInt64 = 0

    public init() {}

    /// - Throws: `ContentProblem` if the entry breaks the order or does not add up; nothing is written then.
    public mutating func append(_ entry: ManifestEntry) throws(ContentProblem) {
        try entry.check()
        try order.admit(entry.path)
        count += 1
        bytes.append(ManifestFormat.entryMark)
        bytes.append(littleEndian: UInt16(entry.path.bytes.count))
        bytes.append(contentsOf: entry.path.bytes)
        bytes.append(littleEndian: entry.size)
        bytes.append(littleEndian: entry.mode)
        bytes.append(entry.isStale ? ManifestFormat.staleFlag : 0)
        bytes.append(littleEndian: entry.modified.seconds)
        bytes.append(littleEndian: entry.modified.nanoseconds)
        bytes.append(littleEndian: UInt32(entry.chunks.count))
        for chunk in entry.chunks { chunk.id.append(to: &bytes) }
        for chunk in entry.chunks.dropLast() { bytes.append(littleEndian: UInt32(chunk.length)) }
    }

    /// Ends the manifest; call once, after the last entry.
    public mutating func finish() {
        bytes.append(ManifestFormat.endMark)
        bytes.append(littleEndian: count)
    }

    /// The bytes that were written since the last call.
    public mutating func takeBytes() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }
}
