import Benchmark
import Content

private let count = 16 << 20

func hashing() {
    for contentClass in [ContentClass.ordinary, .bulk] {
        benchmark(
            "SHA-256, chunks of \(contentClass.mean >> 10) KiB", bytes: count, over: { Samples.pictures(count) }
        ) { content in
            content.withUnsafeBytes { bytes in
                stride(from: 0, to: bytes.count, by: contentClass.mean).map { start in
                    ChunkID(hashing: UnsafeRawBufferPointer(rebasing: bytes[start..<start + contentClass.mean]))
                }
            }
        }
    }
}
