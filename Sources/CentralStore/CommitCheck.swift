import Content
import LevelTree
import Wire

/// What a commit request must hold by itself.
enum CommitRules {
    /// To the end of the year 9999, in milliseconds since 1970.
    private static let times: ClosedRange<Int64> = 0...253_402_300_799_999

    static func check(_ request: CommitRequest, _ limits: StoreLimits) throws {
        guard request.outcome != .failed else {
            throw StoreError(.malformed, "a failed generation is not committed; the last good one stays in force")
        }
        guard (1...UInt64(Int64.max)).contains(request.sequence) else {
            throw StoreError(.malformed, "sequence \(request.sequence) is not one: it begins at 1")
        }
        guard times.contains(request.started), times.contains(request.finished) else {
            throw StoreError(
                .malformed,
                "started \(request.started) and finished \(request.finished) are not both times: milliseconds since 1970, "
                    + "before the year 10000"
            )
        }
        guard !request.manifest.isEmpty, request.manifest.count <= limits.manifestChunks else {
            throw StoreError(
                .malformed,
                "the manifest has \(request.manifest.count) chunks; it must have one, and at most "
                    + "\(limits.manifestChunks)"
            )
        }
        guard request.shortfalls.count <= limits.shortfalls,
            request.shortfalls.allSatisfy({ $0.path.utf8.count <= 4 * 4096 && $0.reason.utf8.count <= 1000 })
        else {
            throw StoreError(
                .malformed, "at most \(limits.shortfalls) shortfalls are listed, each with a reason of up to 1000 bytes"
            )
        }
    }

    /// Whether the collection's times can be believed. A clock that was set back in the middle of it costs the trust, and
    /// nothing of the data.
    static func trustsClock(of request: CommitRequest) -> Bool {
        request.clockTrusted && request.started <= request.finished
    }
}

/// Proves a commit's manifest: that every chunk may be used by this school and has the length that is told, and that
/// nothing in it can lead out of the dataset. Changes nothing.
struct CommitCheck {
    let store: CentralStore
    let request: CommitRequest
    let school: Int64

    struct Findings {
        /// Content and manifest that the parent did not have in the same place.
        var settledBytes: UInt64
        /// Whether the parent has entries that the manifest does not replace.
        var keepsOlder = false
    }

    /// Of a whole manifest; the ordinary mean size would give half a gigabyte.
    private static let manifestBytes = 1 << 30
    /// So many chunks are looked up together.
    private static let lookup = 1024

    /// - Throws: `StoreError`: `missingChunks`, `manifestInvalid`.
    func run(over parent: SnapshotRecord?) throws -> Findings {
        var findings = Findings(settledBytes: try checkManifestChunks(over: parent))
        var lookup = ChunkLookup(limit: store.options.limits.listedMissing)
        let hasDamage = try store.catalog.hasDamage()
        var (files, bytes): (UInt64, UInt64) = (0, 0)
        do {
            let older = try hasDamage ? readable(parent) : parent
            var merge = ManifestMerge(
                store.manifestReader(request.manifest), over: older.map { store.manifestReader($0.effective) })
            while let step = try merge.next() {
                guard case .new(let entry, let old) = step else {
                    findings.keepsOlder = true
                    continue
                }
                try check(entry)
                files += 1
                bytes += entry.size
                // What the parent holds is usable by this school, with these lengths: it was proved then, and is to be
                // sent again only if it was damaged since.
                let isKept = entry.chunks == old?.chunks
                if isKept, !hasDamage { continue }
                if !isKept { findings.settledBytes += entry.size }
                try lookup.add(entry, CommitCheck.lookup) { try resolve($0) }
            }
            try lookup.end { try resolve($0) }
        } catch let error as StoreError { throw error } catch { throw invalid("\(error)") }
        if !lookup.missing.isEmpty { throw missing(lookup.missing) }
        guard files == request.files, bytes == request.bytes else {
            throw invalid(
                "it lists \(counted(files, "file")) of \(counted(bytes, "byte")), but the commit tells of \(request.files) of "
                    + "\(request.bytes)"
            )
        }
        return findings
    }

    /// A mirror's parent only spares work: if its manifest is damaged, it must not keep the next commit out. What
    /// accumulates cannot do without.
    private func readable(_ parent: SnapshotRecord?) throws -> SnapshotRecord? {
        guard let parent, request.dataset.kind == .mirror else { return parent }
        let standings = try store.catalog.standings(parent.effective, school: school)
        return standings.contains(.missing) ? nil : parent
    }

    /// - Returns: how many bytes of the manifest the parent's did not have.
    private func checkManifestChunks(over parent: SnapshotRecord?) throws -> UInt64 {
        let older = Set((parent?.manifest ?? []) + (parent?.effective ?? []))
        let standings = try store.catalog.standings(request.manifest, school: school)
        var (bytes, newBytes) = (0, 0)
        var absent: [ChunkID] = []
        for (id, standing) in zip(request.manifest, standings) {
            switch standing {
            case .usable(let length):
                bytes += length
                if !older.contains(id) { newBytes += length }
            case .missing: absent.append(id)
            }
        }
        if !absent.isEmpty { throw missing(absent) }
        guard bytes <= CommitCheck.manifestBytes else {
            throw invalid("it has \(bytes) bytes; at most \(CommitCheck.manifestBytes) are taken")
        }
        return UInt64(newBytes)
    }

    private func check(_ entry: ManifestEntry) throws {
        guard request.dataset.admits(entry.path) else {
            throw invalid("\(entry.path) is no file of the dataset \(request.dataset)")
        }
        _ = try request.dataset.levelPath(of: entry.path)
    }

    private func resolve(_ ids: [ChunkID]) throws -> [ChunkStanding] {
        try store.catalog.standings(ids, school: school)
    }

    private func missing(_ ids: [ChunkID]) -> StoreError {
        StoreError(
            .missingChunks,
            "the store does not have everything that \(request.dataset) of \(request.year) refers to; the chunks that "
                + "are listed must be sent first",
            chunks: Array(ids.prefix(store.options.limits.listedMissing)))
    }

    private func invalid(_ reason: String) -> StoreError {
        StoreError(
            .manifestInvalid, "the manifest of \(request.dataset), sequence \(request.sequence), is refused: \(reason)")
    }
}

/// Looks chunks up in groups, and gathers those that are missing.
private struct ChunkLookup {
    private let limit: Int
    private var waiting: [(chunk: ChunkReference, path: RelativePath)] = []
    private(set) var missing: [ChunkID] = []
    private var listed: Set<ChunkID> = []

    init(limit: Int) { self.limit = limit }

    mutating func add(_ entry: ManifestEntry, _ group: Int, _ resolve: ([ChunkID]) throws -> [ChunkStanding]) throws {
        for chunk in entry.chunks { waiting.append((chunk, entry.path)) }
        if waiting.count >= group { try end(resolve) }
    }

    mutating func end(_ resolve: ([ChunkID]) throws -> [ChunkStanding]) throws {
        let standings = try resolve(waiting.map(\.chunk.id))
        for (wanted, standing) in zip(waiting, standings) {
            switch standing {
            case .missing:
                if missing.count < limit, listed.insert(wanted.chunk.id).inserted { missing.append(wanted.chunk.id) }
            case .usable(let length) where length != wanted.chunk.length:
                throw ContentProblem(
                    .wrongChunkLengths,
                    "\(wanted.path) tells that the chunk \(wanted.chunk.id) has \(wanted.chunk.length) bytes, but it "
                        + "has \(length)")
            case .usable: continue
            }
        }
        waiting.removeAll(keepingCapacity: true)
    }
}
