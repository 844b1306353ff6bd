import Content

/// A generation's manifest, cut into its chunks, one after the other.
public final class ManifestWalk {
    private let list: EntryListReader
    private var encoder = ManifestEncoder()
    private var chunker = Chunker(class: .ordinary)
    private var waiting: [UInt8] = []
    /// Cut and not handed out, the next last.
    private var cut: [[UInt8]] = []
    private var isEncoded = false

    init(_ list: EntryListReader) {
        self.list = list
    }

    /// The next chunk; nil after the last.
    /// - Throws: `StagingError`, `.damaged`, perhaps only at the end: then nothing that was handed out may be used.
    public func next() throws -> (reference: ChunkReference, bytes: [UInt8])? {
        while cut.isEmpty, !isEncoded { try fill() }
        return cut.popLast().map { (ChunkReference(id: ChunkID(hashing: $0), length: $0.count), $0) }
    }

    private func fill() throws {
        while list.hasRecord, waiting.count < 64 << 10 {
            try encoder.append(try list.entry())
            waiting += encoder.takeBytes()
            try list.advance()
        }
        isEncoded = !list.hasRecord
        if isEncoded {
            encoder.finish()
            waiting += encoder.takeBytes()
        }
        var chunks: [[UInt8]] = []
        waiting.withUnsafeBytes { bytes in chunker.append(bytes) { chunks.append(Array($0)) } }
        if isEncoded { chunker.finish { chunks.append(Array($0)) } }
        waiting.removeAll(keepingCapacity: true)
        cut = chunks.reversed()
    }
}
