import Benchmark
import Content

/// Chunks at the store, and how many a school asks about at once.
private let stored = 1_000_000
private let question = 2048

/// `POST /v1/chunks/missing`, as far as the catalog is concerned. Every other chunk that is asked about is missing.
func missingAtStore() {
    benchmark("missing at the store, \(question) prefixes of \(stored)", over: fullStore) { benchmark, sample in
        let prefixes = asked(in: benchmark.currentIteration).map(\.prefix64)
        try benchmark.measure { try sample.store.missing(prefixes: prefixes, for: sample.school) }
    }
    benchmark("missing at the store, \(question) ids of \(stored)", over: fullStore) { benchmark, sample in
        let ids = asked(in: benchmark.currentIteration)
        try benchmark.measure { try sample.store.missing(ids: ids, for: sample.school) }
    }
}

private func fullStore() throws -> SampleStore {
    let sample = try SampleStore()
    try sample.send(Samples.smallChunks(0..<stored))
    return sample
}

/// Others each time, or all would be in SQLite's cache.
private func asked(in iteration: Int) -> [ChunkID] {
    let first = iteration * question / 2 % (stored - question / 2)
    let present = first..<first + question / 2
    let absent = present.lowerBound + stored..<present.upperBound + stored
    return zip(Samples.smallChunks(present), Samples.smallChunks(absent))
        .flatMap { [ChunkID(hashing: $0), ChunkID(hashing: $1)] }
}
