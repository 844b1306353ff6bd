import Content

/// Makes a manifest of entries that come one by one, cut into its chunks as any manifest is.
struct ManifestPieces {
    private var encoder = ManifestEncoder()
    private var chunker = Chunker(class: .ordinary)

    /// - Parameter take: called with each chunk that becomes whole.
    mutating func append(_ entry: ManifestEntry, _ take: ([UInt8]) throws -> Void) throws {
        try encoder.append(entry)
        try cut(take)
    }

    mutating func finish(_ take: ([UInt8]) throws -> Void) throws {
        encoder.finish()
        try cut(take)
        try chunker.finish { try take(Array($0)) }
    }

    private mutating func cut(_ take: ([UInt8]) throws -> Void) throws {
        try encoder.takeBytes().withUnsafeBytes { try chunker.append($0) { try take(Array($0)) } }
    }
}
