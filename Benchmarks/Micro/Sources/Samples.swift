import Content
import LevelTree

/// Numbers that look random and are the same in each run (SplitMix64: Steele and others, OOPSLA 2014).
struct Numbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func next(below bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// Content that is made up.
enum Samples {
    private static let words = ["node", "triple", "author", "member_of", "status", "PUBLISHED", "content_org", "unit"]

    /// What compresses as a dump does: lines of a few words that come again, between numbers that do not.
    static func dump(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var numbers = Numbers(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 256)
        while bytes.count < count {
            bytes += Array("{\"_id\":\"\(hexText(numbers.next().bytes))\"".utf8)
            for _ in 0..<6 {
                let (name, value) = (words[numbers.next(below: words.count)], words[numbers.next(below: words.count)])
                bytes += Array(",\"\(name)\":\"\(value) \(numbers.next(below: 500))\"".utf8)
            }
            bytes += Array("}\n".utf8)
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// The same a day later: each place of so many bytes has a few other ones in it.
    static func changed(_ content: [UInt8], every distance: Int) -> [UInt8] {
        var numbers = Numbers(seed: 2)
        var content = content
        for place in stride(from: distance / 2, to: content.count - 16, by: distance) {
            content.replaceSubrange(place..<place + 16, with: Array(hexText(numbers.next().bytes).utf8))
        }
        return content
    }

    /// What does not compress, as pictures do.
    static func pictures(_ count: Int) -> [UInt8] {
        var numbers = Numbers(seed: 3)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { bytes += numbers.next().bytes }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Chunks of eight bytes, each another: what counts is how many there are.
    static func smallChunks(_ range: Range<Int>) -> [[UInt8]] { range.map { UInt64($0).bytes } }

    /// Files of one chunk each, in a manifest's order; `chunks` has one for each.
    static func entries(_ chunks: [ChunkReference]) throws -> [ManifestEntry] {
        try chunks.enumerated().map { index, chunk in
            let number = 1_000_000 + index
            return ManifestEntry(
                path: try RelativePath("\(number / 500)/\(number)-module-picture.png"), size: UInt64(chunk.length),
                mode: 0o644, modified: FileTime(seconds: 1_534_400_000 + Int64(index), nanoseconds: 0), chunks: [chunk])
        }
    }
}

extension UInt64 {
    var bytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}

extension [UInt8] {
    /// Cut as every school cuts it.
    func cut() -> [[UInt8]] {
        var chunker = Chunker()
        var chunks: [[UInt8]] = []
        withUnsafeBytes { bytes in chunker.append(bytes) { chunks.append(Array($0)) } }
        chunker.finish { chunks.append(Array($0)) }
        return chunks
    }
}
