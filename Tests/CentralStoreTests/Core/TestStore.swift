import Content
import Crypto
import LevelTree
import Synchronization
import Testing
import Wire

@testable import CentralStore

/// A clock that tests move by hand.
final class HandClock: Sendable {
    private let time = Mutex<Int64>(1_534_400_000_000)
    var now: Int64 { time.withLock { $0 } }
    func advance(days: Int64 = 0, hours: Int64 = 0, seconds: Int64 = 0) {
        time.withLock { $0 += ((days * 24 + hours) * 3600 + seconds) * 1000 }
    }
}

/// A store in a folder of its own.
final class TestStore {
    let folder: TestFolder
    let clock = HandClock()
    let receiptKey = Curve25519.Signing.PrivateKey()
    var packs: (any PackStorage)?
    private(set) var store: CentralStore
    private let limits: StoreLimits

    /// - Parameter data: nil for a folder below /tmp.
    init(packs: (any PackStorage)? = nil, data: String? = nil, _ adjust: (inout StoreLimits) -> Void = { _ in }) throws
    {
        folder = try TestFolder()
        self.packs = packs
        dataPath = data ?? folder.path("store")
        var limits = StoreLimits()
        adjust(&limits)
        self.limits = limits
        if !exists(dataPath + "/packs") { try CentralStore.create(at: dataPath) }
        store = try CentralStore.open(
            at: dataPath, options: TestStore.options(receiptKey, limits, clock), storage: packs)
    }

    let dataPath: String

    /// Closes the store and opens it again, as a restart does.
    func reopen() throws {
        store.close()
        try open()
    }

    /// Opens it again after it was closed.
    func open() throws {
        store = try CentralStore.open(
            at: dataPath, options: TestStore.options(receiptKey, limits, clock), storage: packs)
    }

    private static func options(
        _ key: Curve25519.Signing.PrivateKey, _ limits: StoreLimits, _ clock: HandClock
    ) -> StoreOptions {
        StoreOptions(
            receiptKey: key, sealingKey: [UInt8](repeating: 7, count: 32), authority: ChunkID(hashing: [1]),
            limits: limits, clock: { clock.now })
    }

    func dump() throws -> [String] {
        var lines: [String] = []
        try store.catalog.dump { lines.append($0) }
        return lines
    }

    func school(_ id: String = "mz150", _ code: String = "2039150", name: String = "St. Foo's H/S") throws -> TestSchool
    {
        let code = try store.addSchool(ServerID(id), code: SchoolCode(code), name: name)
        return try TestSchool(self, id, code)
    }
}

/// A school's machine, as far as the store sees it.
final class TestSchool {
    let test: TestStore
    let server: ServerID
    let token: Token
    let request: EnrolmentRequest
    let answer: EnrolmentAnswer
    private(set) var sequence: UInt64 = 0

    init(
        _ test: TestStore, _ id: String, _ code: EnrolmentCode, schoolCode: String? = nil, token: Token = .random()
    ) throws {
        self.test = test
        server = try ServerID(id)
        self.token = token
        let listed = try test.store.school(named: id).listedCode.text
        request = EnrolmentRequest(
            code: code.secretText, serverID: server, schoolCode: try SchoolCode(schoolCode ?? listed),
            schoolName: "St. Foo's H/S", tokenHash: token.hash, signingKey: [UInt8](repeating: 3, count: 32))
        answer = try test.store.enrol(request)
    }

    var store: CentralStore { test.store }
    var me: AuthenticatedInstallation { get throws { try store.authenticate(token.hash) } }

    /// Sends chunks in a frame, in `parts` pieces.
    @discardableResult
    func send(_ chunks: [[UInt8]], base: [[UInt8]] = [], parts: Int = 1) throws -> ChunkID {
        try send(body: TestSchool.frame(chunks, base: base), parts: parts)
    }

    @discardableResult
    func send(body: [UInt8], as name: ChunkID? = nil, parts: Int = 1) throws -> ChunkID {
        let frame = name ?? ChunkID(hashing: body)
        // What an earlier attempt brought need not be sent again.
        let state = try store.frameState(frame, for: me)
        let offset = if case .partial(let length) = state { Int(length) } else { 0 }
        guard let upload = try store.openFrame(frame, at: UInt64(offset), for: me) else { return frame }
        let size = max(1, (body.count + parts - 1) / parts)
        for start in stride(from: offset, to: body.count, by: size) {
            try body[start..<min(start + size, body.count)].withUnsafeBytes { try upload.append($0) }
        }
        try upload.finish()
        return frame
    }

    static func frame(_ chunks: [[UInt8]], base: [[UInt8]] = []) throws -> [UInt8] {
        let (content, prefix) = (chunks.flatMap { $0 }, base.flatMap { $0 })
        return try content.withUnsafeBytes { content in
            try prefix.withUnsafeBytes { prefix in
                try FrameEncoder().encode(
                    content: content, chunkLengths: chunks.map(\.count), base: base.map { ChunkID(hashing: $0) },
                    baseContent: base.isEmpty ? nil : prefix, level: 3)
            }
        }
    }

    /// Sends files and commits them, after the last snapshot.
    @discardableResult
    func commit(
        _ dataset: String, _ files: [String: String], year: Int = 2018, outcome: Outcome = .complete
    ) throws -> Receipt {
        try commit(dataset, entries: files.map { try entry($0, Array($1.utf8)) }, year: year, outcome: outcome)
    }

    @discardableResult
    func commit(
        _ dataset: String, entries: [ManifestEntry], year: Int = 2018, outcome: Outcome = .complete
    ) throws -> Receipt {
        try store.commit(request(dataset, entries, year: year, outcome: outcome), from: me)
    }

    /// Sends one file's content as one chunk.
    func entry(_ path: String, _ content: [UInt8], sending: Bool = true) throws -> ManifestEntry {
        if sending, !content.isEmpty { try send([content]) }
        let chunks = content.isEmpty ? [] : [ChunkReference(id: ChunkID(hashing: content), length: content.count)]
        return ManifestEntry(
            path: try RelativePath(path), size: UInt64(content.count), mode: 0o640,
            modified: FileTime(seconds: 1_534_400_000, nanoseconds: 5), chunks: chunks)
    }

    /// A commit with the next sequence, whose manifest has been sent.
    func request(
        _ dataset: String, _ entries: [ManifestEntry], year: Int = 2018, outcome: Outcome = .complete
    ) throws -> CommitRequest {
        var encoder = ManifestEncoder()
        for entry in entries.sorted(by: { $0.path < $1.path }) { try encoder.append(entry) }
        encoder.finish()
        return try request(
            dataset, manifest: encoder.takeBytes(), files: entries.count, bytes: entries.reduce(0) { $0 + $1.size },
            year: year, outcome: outcome)
    }

    func request(
        _ dataset: String, manifest: [UInt8], files: Int, bytes: UInt64, year: Int = 2018, outcome: Outcome = .complete
    ) throws -> CommitRequest {
        let chunks = stride(from: 0, to: manifest.count, by: 4096).map {
            Array(manifest[$0..<min($0 + 4096, manifest.count)])
        }
        try send(chunks)
        let dataset = try #require(Dataset(name: dataset))
        let year = try Year(year)
        sequence += 1
        return CommitRequest(
            dataset: dataset, year: year, sequence: sequence, parent: try head(dataset, year), outcome: outcome,
            manifest: chunks.map { ChunkID(hashing: $0) }, files: UInt64(files), bytes: bytes, started: test.clock.now,
            finished: test.clock.now, clockTrusted: true, shortfalls: [])
    }

    func head(_ dataset: Dataset, _ year: Year) throws -> SnapshotID? {
        try store.hello(me).heads.first { $0.dataset == dataset && $0.year == year }?.snapshot
    }

    /// What the newest snapshot of a dataset holds.
    func files(_ dataset: String, year: Int = 2018) throws -> [String: String] {
        let snapshots = try store.snapshots(school: server, dataset: Dataset(name: dataset), year: Year(year))
        return try files(in: #require(snapshots.last))
    }

    func files(in snapshot: SnapshotRecord) throws -> [String: String] {
        var files: [String: String] = [:]
        try store.forEachEntry(of: snapshot) { entry in
            let content = try entry.chunks.flatMap { chunk in try store.withChunk(chunk.id) { Array($0) } }
            files[entry.path.description] = String(decoding: content, as: UTF8.self)
        }
        return files
    }
}

/// Content that does not compress, always the same for a seed.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    return (0..<count).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state >> 32)
    }
}

/// Expects a `StoreError` of this code, and gives it back.
@discardableResult
func expectRefusal(
    _ code: StoreError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws -> StoreError {
    let error = #expect(throws: StoreError.self, sourceLocation: sourceLocation) { try body() }
    let refusal = try #require(error, sourceLocation: sourceLocation)
    #expect(refusal.code == code, "\(refusal.message)", sourceLocation: sourceLocation)
    return refusal
}
