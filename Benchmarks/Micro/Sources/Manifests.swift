import Benchmark
import Content
import LevelTree

func manifests() {
    for count in [12_500, 200_000] {
        benchmark("manifest encode, \(count) entries", over: { try files(count) }) { benchmark, entries in
            try benchmark.measure { try Manifest(of: entries).bytes }
        }
        benchmark("manifest decode, \(count) entries") {
            try Manifest(of: files(count)).chunks
        } _: { benchmark, chunks in
            try benchmark.measure { try decoded(chunks) }
        }
    }
}

private func files(_ count: Int) throws -> [ManifestEntry] {
    try Samples.entries(
        Samples.smallChunks(0..<count).map { ChunkReference(id: ChunkID(hashing: $0), length: $0.count) })
}

/// How many entries there are; none is kept, as at both ends.
private func decoded(_ chunks: [[UInt8]]) throws -> Int {
    var decoder = ManifestDecoder()
    var count = 0
    for chunk in chunks {
        decoder.feed(chunk)
        while try decoder.next() != nil { count += 1 }
    }
    try decoder.finish()
    return count
}

/// A whole manifest, in memory.
struct Manifest {
    let bytes: [UInt8]

    init(of entries: [ManifestEntry]) throws {
        var encoder = ManifestEncoder()
        var bytes: [UInt8] = []
        for entry in entries {
            try encoder.append(entry)
            bytes += encoder.takeBytes()
        }
        encoder.finish()
        self.bytes = bytes + encoder.takeBytes()
    }

    var chunks: [[UInt8]] {
        var chunker = Chunker(class: .ordinary)
        var chunks: [[UInt8]] = []
        bytes.withUnsafeBytes { bytes in chunker.append(bytes) { chunks.append(Array($0)) } }
        chunker.finish { chunks.append(Array($0)) }
        return chunks
    }
}
