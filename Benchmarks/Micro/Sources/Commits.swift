import Benchmark
import Content
import LevelTree
import Wire

private let files = 12_500
/// How many have other content a day later.
private let changed = 125

/// `POST /v1/snapshots` of a school's media, from the request to the signed receipt, with the fsyncs between them: the
/// wall clock tells of the disk that TMPDIR is on.
func commits() {
    benchmark("commit, \(files) files, the first", over: SampleCommits.init) { benchmark, sample in
        let request = try sample.first()
        try benchmark.measure { try sample.commit(request) }
    }
    benchmark("commit, \(files) files, \(changed) changed", over: SampleCommits.init) { benchmark, sample in
        let request = sample.next()
        try benchmark.measure { try sample.commit(request) }
    }
}

/// A school's commits, whose chunks the store has already.
private final class SampleCommits {
    private let sample: SampleStore
    private let media: Dataset
    /// One year for each first commit.
    private var year: Year
    private let manifests: [[ChunkID]]
    private var sequence: UInt64 = 0
    private var head: SnapshotID?

    init() throws {
        guard let media = Dataset(name: "media") else { preconditionFailure("media is a dataset of the standard") }
        self.media = media
        year = try Year(1970)
        sample = try SampleStore()
        let chunks = Samples.smallChunks(0..<files + changed)
        try sample.send(chunks)
        let contents = chunks.map { ChunkReference(id: ChunkID(hashing: $0), length: $0.count) }
        let today = Array(contents[..<files])
        var tomorrow = today
        for index in 0..<changed { tomorrow[index * (files / changed)] = contents[files + index] }
        manifests = try [today, tomorrow].map { [sample] contents in
            let chunks = try Manifest(of: Samples.entries(contents)).chunks
            try sample.send(chunks)
            return chunks.map { ChunkID(hashing: $0) }
        }
    }

    /// In a year that has nothing yet.
    func first() throws -> CommitRequest {
        year = try Year(year.number + 1)
        head = nil
        return request(manifests[0])
    }

    /// After the last one, and unlike it.
    func next() -> CommitRequest { request(manifests[Int(sequence % 2)]) }

    func commit(_ request: CommitRequest) throws {
        head = try sample.store.commit(request, from: sample.school).snapshot
    }

    private func request(_ manifest: [ChunkID]) -> CommitRequest {
        sequence += 1
        return CommitRequest(
            dataset: media, year: year, sequence: sequence, parent: head, outcome: .complete, manifest: manifest,
            files: UInt64(files), bytes: UInt64(files * MemoryLayout<UInt64>.size), started: 1_534_400_000_000,
            finished: 1_534_400_060_000, clockTrusted: true, shortfalls: [])
    }
}
