/// How content is cut: the rule that must be equal at `seed` and at every school, or nothing is found common.
///
/// Two classes. *Ordinary* content (dumps, text, versioned files) is cut small, so that a change costs little. *Bulk*
/// content does not compress (pictures, video, archives), is written once, and is cut large: fewer ids to ask for.
/// The class is judged from the content alone, never from a name, because the same file may carry another name
/// elsewhere.
///
/// A change of any number here is a new version and a migration of every store.
public enum ChunkProfile {
    public static let version = 1

    /// How much of a file's start decides its class.
    static let sampleSize = 64 << 10
    /// Content shorter than this is ordinary: it is one chunk or a few in any case.
    static let smallestBulk = 64 << 10
}

/// A class of content, and the sizes of its chunks in bytes.
public enum ContentClass: Sendable {
    case ordinary, bulk

    public var minimum: Int { self == .ordinary ? 8 << 10 : 512 << 10 }
    public var mean: Int { self == .ordinary ? 32 << 10 : 1 << 20 }
    public var maximum: Int { self == .ordinary ? 128 << 10 : 2 << 20 }

    /// Judges the start of some content.
    ///
    /// Bulk is what looks like noise: the sum of squared byte counts of `n` random bytes is about `n²/256 + n`, and real
    /// text or dumps have several times that. The limit lies an eighth above it.
    static func judged(by sample: UnsafeRawBufferPointer) -> ContentClass {
        guard sample.count >= ChunkProfile.smallestBulk else { return .ordinary }
        var counts = [Int](repeating: 0, count: 256)
        for byte in sample { counts[Int(byte)] += 1 }
        let sumOfSquares = counts.reduce(0) { $0 + $1 * $1 }
        let noise = sample.count * sample.count / 256 + sample.count
        return sumOfSquares <= noise + noise / 8 ? .bulk : .ordinary
    }
}
