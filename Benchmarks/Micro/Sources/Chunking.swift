import Benchmark
import Content

private let count = 16 << 20
/// Read at once, as by a pass.
private let part = 256 << 10

func chunking() {
    benchmark("chunking, ordinary", bytes: count, over: { Samples.dump(count) }, chunks)
    benchmark("chunking, bulk", bytes: count, over: { Samples.pictures(count) }, chunks)
}

private func chunks(of content: [UInt8]) -> Int {
    var chunker = Chunker()
    var chunks = 0
    content.withUnsafeBytes { bytes in
        for start in stride(from: 0, to: bytes.count, by: part) {
            chunker.append(UnsafeRawBufferPointer(rebasing: bytes[start..<start + part])) { _ in chunks += 1 }
        }
    }
    chunker.finish { _ in chunks += 1 }
    return chunks
}
