import Benchmark
import Content
import LevelTree
import Staging

/// Chunks of a school of 200,000 files, and how many the ledger is asked about at once.
private let known = 200_000
private let window = 512

/// What an upload asks its own ledger before it asks the store. Every other chunk is not known.
func knownAtSchool() {
    benchmark("known at the school, \(window) ids of \(known)", over: SampleLedger.init) { benchmark, sample in
        let first = benchmark.currentIteration * window / 2 % (known - window / 2)
        let ids = sample.ids[first..<first + window / 2].flatMap { [$0, ChunkID(hashing: $0.bytes)] }
        try benchmark.measure { try sample.staging.knownAtStore(ids) }
    }
}

private final class SampleLedger {
    private let folder: ScratchFolder
    let staging: Staging
    let ids: [ChunkID]

    init() throws {
        folder = try ScratchFolder()
        staging = try Staging.open(
            at: folder.path + "/staging",
            identity: SchoolIdentity(
                serverID: ServerID("mz150"), schoolCode: SchoolCode("2039150"), schoolName: "Govt. H/S"))
        ids = Samples.smallChunks(0..<known).map { ChunkID(hashing: $0) }
        try staging.markAtStore(ids)
    }
}
