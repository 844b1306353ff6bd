import Content
import Staging

/// Finds out, window by window, which of a generation's chunks the store lacks.
///
/// A generation may have 200,000 files, so nothing here grows with it: candidates are gathered until a window is full,
/// the ledger says which of them are known, the store is asked about the rest if anything is common, and what is missing
/// goes on to the frames before the next window begins. What has been sent is known to the ledger, so a chunk that
/// comes again much later is not sent twice; `isUnderway` covers those that wait in a frame.
struct NeededChunks {
    /// Of each id, whether the ledger knows it at the store.
    let known: ([ChunkID]) throws -> [Bool]
    /// Of each id, whether the store says that it lacks it; nil when it is not worth a request.
    let missing: (([ChunkID]) throws -> [Bool])?
    /// What the store asked for by name: sent whatever its bitmap says, because prefixes can collide.
    let insisted: Set<ChunkID>
    /// Called for each chunk that has to be sent, in order.
    let need: (NeededChunk) throws -> Void
    /// Called with the length of each chunk that need not be.
    let skip: (Int) -> Void
    let isUnderway: (ChunkID) -> Bool

    private var candidates: [Candidate] = []
    private var unknown: [Candidate] = []
    /// What stands in `unknown` already.
    private var unknownIDs: Set<ChunkID> = []

    private struct Candidate {
        var chunk: NeededChunk
        let index: Int
        let former: FormerFile?

        var id: ChunkID { chunk.reference.id }
    }

    /// How many chunks the ledger is asked about at once.
    static let window = 512
    /// How many the store is asked about at once: 16 KiB up, 256 bytes down. After a restart at most this is asked again.
    static let question = 2048

    init(
        known: @escaping ([ChunkID]) throws -> [Bool], missing: (([ChunkID]) throws -> [Bool])?,
        insisted: Set<ChunkID>, isUnderway: @escaping (ChunkID) -> Bool, skip: @escaping (Int) -> Void,
        need: @escaping (NeededChunk) throws -> Void
    ) {
        self.known = known
        self.missing = missing
        self.insisted = insisted
        self.isUnderway = isUnderway
        self.skip = skip
        self.need = need
    }

    /// - Parameter former: what the entry was when it was last committed.
    mutating func add(_ entry: StagedEntry, former: StagedEntry? = nil) throws {
        let former = former.flatMap { FormerFile($0, of: entry) }
        for (index, reference) in entry.entry.chunks.enumerated() {
            let chunk = NeededChunk(reference: reference, origin: .entry(entry, index: index))
            candidates.append(Candidate(chunk: chunk, index: index, former: former))
            if candidates.count >= NeededChunks.window { try sift() }
        }
    }

    /// Pieces of the manifest are never common and are not asked about.
    ///
    /// - Parameter base: asked only for a piece that is sent.
    mutating func addManifest(
        _ id: ChunkID, _ bytes: UnsafeRawBufferPointer, base: () -> [BaseChunk] = { [] }
    ) throws {
        guard try !(known([id]).first ?? false), !isUnderway(id) else { return }
        let reference = ChunkReference(id: id, length: bytes.count)
        try need(NeededChunk(reference: reference, origin: .manifest(Array(bytes)), base: base()))
    }

    mutating func finish() throws {
        try sift()
        try ask()
    }

    /// Drops what the ledger knows.
    private mutating func sift() throws {
        guard !candidates.isEmpty else { return }
        defer { candidates.removeAll(keepingCapacity: true) }
        let answers = try known(candidates.map(\.id))
        for (candidate, isKnown) in zip(candidates, answers) {
            if isKnown || isUnderway(candidate.id) || !unknownIDs.insert(candidate.id).inserted {
                skip(candidate.chunk.reference.length)
                continue
            }
            unknown.append(candidate)
            if unknown.count >= NeededChunks.question { try ask() }
        }
        // Nothing is gained by waiting for a larger question that is not asked.
        if missing == nil { try ask() }
    }

    /// Drops what the store has already and hands on the rest.
    private mutating func ask() throws {
        defer {
            unknown.removeAll(keepingCapacity: true)
            unknownIDs.removeAll(keepingCapacity: true)
        }
        guard let missing else { return try unknown.forEach(handOn) }
        let asked = unknown.map(\.id).filter { !insisted.contains($0) }
        let answers = asked.isEmpty ? [] : try missing(asked)
        let there = Set(zip(asked, answers).filter { !$0.1 }.map(\.0))
        for candidate in unknown {
            if there.contains(candidate.id) { skip(candidate.chunk.reference.length) } else { try handOn(candidate) }
        }
    }

    private func handOn(_ candidate: Candidate) throws {
        var chunk = candidate.chunk
        chunk.base = candidate.former?.base(of: candidate.index) ?? []
        try need(chunk)
    }
}
