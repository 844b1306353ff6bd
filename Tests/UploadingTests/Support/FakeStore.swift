import Content
import Crypto
import Foundation
import LevelTree
import Wire

@testable import Uploading

/// A store in memory that answers as `docs/upload-with-curl.md` shows, and the faults that an upload must survive:
///
/// - nobody answers; the link breaks before, inside or after a request (the store has then acted, and the answer is lost)
/// - the power fails at the school in the middle of a request (`Fault.power`)
/// - any refusal, once or for ever
/// - a bitmap that claims too much, a receipt that is not the store's
///
/// - Note: `@unchecked Sendable`: a run uses it from the uploader's queue alone, and a test looks at it only while no run
///   is on its way.
final class FakeStore: StoreTransport, @unchecked Sendable {
    enum Fault {
        case unreachable
        /// So many bytes of the body arrive, then the link breaks.
        case cut(after: Int)
        /// The store acts on the whole request; the answer does not arrive.
        case answerLost
        case answer(StoreAnswer)
        case power
    }

    let receiptKey = Curve25519.Signing.PrivateKey()
    var installation = InstallationID("i-0000000000000001")
    /// What this school has brought, and what everybody has.
    var own: [ChunkID: [UInt8]] = [:]
    var common: [ChunkID: [UInt8]] = [:]
    var snapshots: [CommitRequest] = []
    var receipts: [Receipt] = []
    var heads: [Head] = []
    var highestSequence: UInt64 = 0
    var authority: [UInt8] = []
    var enrolments: [EnrolmentRequest] = []
    var reports: [Report] = []
    /// Seconds since 1970.
    var time: Int64 = 1_500_000_000
    /// Asked for every request, with its number from 0; nil lets it through.
    var fault: (StoreRequest, Int) -> Fault? = { _, _ in nil }
    /// What `hello` says beside the rest.
    var wish: Int?
    var limits = WireLimits.standard
    /// Chunks of which the bitmap says *have* although they are not there, as a prefix collision does.
    var claimed: Set<ChunkID> = []

    private(set) var log: [String] = []
    private(set) var requests: [StoreRequest] = []
    /// What arrived of bodies sent to `frames`.
    private(set) var frameBytes = 0
    /// The frames that leaned on a base: those that were kept, and how many were refused because they did.
    private(set) var leaning: [DecodedFrame] = []
    private(set) var basesGone = 0
    private var partial: [String: [UInt8]] = [:]
    private var kept: Set<String> = []
    private(set) var wireBytes = WireBytes()

    /// As after a restore from an old backup.
    func loseChunks() {
        own = [:]
        kept = []
        partial = [:]
    }

    func exchange(_ request: StoreRequest) throws(TransferFailure) -> StoreAnswer {
        let number = requests.count
        requests.append(request)
        log.append(FakeStore.line(request))
        wireBytes.up += UInt64((request.body?.count ?? 0) - request.bodyOffset + 100)
        wireBytes.down += 100
        switch fault(request, number) {
        case nil: return answer(request)
        case .unreachable: throw TransferFailure(.unreachable, "nobody is there")
        case .power: throw TransferFailure(.cancelled, "the power failed")
        case .answer(let answer): return answer
        case .cut(let count):
            takePart(request, count)
            throw TransferFailure(.cut, "the link broke")
        case .answerLost:
            _ = answer(request)
            throw TransferFailure(.cut, "the answer was lost")
        }
    }

    /// The log without what varies.
    static func line(_ request: StoreRequest) -> String {
        let path = request.path.hasPrefix("/v1/frames/") ? "frame" : String(request.path.dropFirst(4))
        let offset = request.headers.first { $0.name == "Upload-Offset" }.map { "@\($0.value)" } ?? ""
        return "\(request.method.rawValue) \(path)\(offset)"
    }

    static func problem(
        _ type: ProblemType, retryAfter: Int? = nil, chunks: [ChunkID]? = nil, headers: [String: String] = [:]
    ) -> StoreAnswer {
        let problem = Problem(type, "as the test has it", retryAfter: retryAfter, chunks: chunks)
        return StoreAnswer(
            status: type.status, headers: headers, body: (try? WireCoding.encode(problem)) ?? [])
    }

    // MARK: The store's answers

    private func answer(_ request: StoreRequest) -> StoreAnswer {
        let body = request.body ?? []
        switch (request.method, request.path) {
        case (.get, "/v1/hello"): return json(200, hello)
        case (.get, "/v1/ca"): return StoreAnswer(status: 200, body: authority)
        case (.post, "/v1/enrolments"): return enrol(body)
        case (.post, "/v1/chunks/missing"): return missing(body)
        case (.post, "/v1/snapshots"): return commit(body)
        case (.post, "/v1/reports"): return keepReport(body)
        case (.head, _): return state(of: request.path)
        case (.patch, _): return take(request)
        default: return FakeStore.problem(.notFound)
        }
    }

    private var hello: Hello {
        Hello(
            time: time, limits: limits, chunkProfile: ChunkProfile.version, common: !common.isEmpty,
            heads: heads, highestSequence: highestSequence, wait: wish)
    }

    private func keepReport(_ body: [UInt8]) -> StoreAnswer {
        guard let report = try? WireCoding.decode(Report.self, from: body) else { return FakeStore.problem(.malformed) }
        reports.append(report)
        return StoreAnswer(status: 204)
    }

    private func state(of path: String) -> StoreAnswer {
        if kept.contains(path) {
            return StoreAnswer(status: 204, headers: ["upload-complete": "?1", "upload-offset": "0"])
        }
        guard let there = partial[path] else { return FakeStore.problem(.notFound) }
        return StoreAnswer(status: 204, headers: ["upload-complete": "?0", "upload-offset": "\(there.count)"])
    }

    private func takePart(_ request: StoreRequest, _ count: Int) {
        guard request.method == .patch, let body = request.body, offset(request) == (partial[request.path] ?? []).count
        else { return }
        let part = body[request.bodyOffset...].prefix(count)
        frameBytes += part.count
        partial[request.path, default: []] += part
    }

    private func take(_ request: StoreRequest) -> StoreAnswer {
        if kept.contains(request.path) { return StoreAnswer(status: 201) }
        let there = (partial[request.path] ?? []).count
        guard offset(request) == there, request.bodyOffset == there else {
            return FakeStore.problem(.offsetMismatch, headers: ["upload-offset": "\(there)"])
        }
        takePart(request, .max)
        let body = partial.removeValue(forKey: request.path) ?? []
        guard request.path.hasSuffix(ChunkID(hashing: body).hex) else { return FakeStore.problem(.frameMismatch) }
        let frame: DecodedFrame
        do {
            frame = try body.withUnsafeBytes { try FrameDecoder().decode($0, base: base) }
        } catch is BaseGone {
            basesGone += 1
            return FakeStore.problem(.baseGone)
        } catch {
            return FakeStore.problem(.frameMalformed)
        }
        for (id, range) in frame.chunks { own[id] = Array(frame.content[range]) }
        if frame.hasBase { leaning.append(frame) }
        kept.insert(request.path)
        return StoreAnswer(status: 201)
    }

    private struct BaseGone: Error {}

    private func base(_ ids: [ChunkID]) throws -> [UInt8] {
        try ids.flatMap { id in
            guard let content = chunk(id) else { throw BaseGone() }
            return content
        }
    }

    private func offset(_ request: StoreRequest) -> Int? {
        request.headers.first { $0.name == "Upload-Offset" }.flatMap { Int($0.value) }
    }

    private func missing(_ body: [UInt8]) -> StoreAnswer {
        let prefixes = MissingBitmap.prefixes(in: body) ?? []
        let have = Set((Array(own.keys) + Array(common.keys) + Array(claimed)).map(\.prefix64))
        var bitmap = MissingBitmap(count: prefixes.count)
        for (index, prefix) in prefixes.enumerated() { bitmap[index] = !have.contains(prefix) }
        return StoreAnswer(status: 200, body: bitmap.bytes)
    }

    private func commit(_ body: [UInt8]) -> StoreAnswer {
        guard let request = try? WireCoding.decode(CommitRequest.self, from: body) else {
            return FakeStore.problem(.malformed)
        }
        if let index = snapshots.firstIndex(of: request) { return json(201, receipts[index]) }
        let head = heads.first { $0.dataset == request.dataset && $0.year == request.year }
        guard request.parent == head?.snapshot else { return FakeStore.problem(.wrongParent) }
        guard request.sequence > highestSequence(of: request) else { return FakeStore.problem(.staleSequence) }
        let lacking = lacks(request)
        guard lacking.isEmpty else { return FakeStore.problem(.missingChunks, chunks: lacking) }
        guard let receipt = try? receipt(request) else { return FakeStore.problem(.internal) }
        heads.removeAll { $0.dataset == request.dataset && $0.year == request.year }
        heads.append(
            Head(
                dataset: request.dataset, year: request.year, sequence: request.sequence, snapshot: receipt.snapshot))
        highestSequence = max(highestSequence, request.sequence)
        snapshots.append(request)
        receipts.append(receipt)
        return json(201, receipt)
    }

    private func highestSequence(of request: CommitRequest) -> UInt64 {
        snapshots.filter { $0.dataset == request.dataset && $0.year == request.year }.map(\.sequence).max() ?? 0
    }

    /// What of a commit's manifest, or of what that lists, is not there.
    private func lacks(_ request: CommitRequest) -> [ChunkID] {
        let pieces = request.manifest.filter { chunk($0) == nil }
        guard pieces.isEmpty else { return pieces }
        return (try? entries(of: request))?.flatMap { $0.chunks.map(\.id).filter { chunk($0) == nil } } ?? []
    }

    private func chunk(_ id: ChunkID) -> [UInt8]? { own[id] ?? common[id] }

    func entries(of request: CommitRequest) throws -> [ManifestEntry] {
        var decoder = ManifestDecoder()
        for id in request.manifest { decoder.feed(chunk(id) ?? []) }
        var entries: [ManifestEntry] = []
        while let entry = try decoder.next() { entries.append(entry) }
        try decoder.finish()
        return entries
    }

    /// The content of every file of a snapshot, by its path.
    func files(of request: CommitRequest) throws -> [String: [UInt8]] {
        Dictionary(
            uniqueKeysWithValues: try entries(of: request).map { entry in
                (entry.path.description, entry.chunks.flatMap { chunk($0.id) ?? [] })
            })
    }

    func receipt(_ request: CommitRequest, key: Curve25519.Signing.PrivateKey? = nil) throws -> Receipt {
        try Receipt(
            installation: installation, dataset: request.dataset, year: request.year, sequence: request.sequence,
            manifest: request.manifestID, snapshot: request.snapshotID(of: installation), received: 1_500_000_000_000,
            key: key ?? receiptKey)
    }

    private func enrol(_ body: [UInt8]) -> StoreAnswer {
        guard let request = try? WireCoding.decode(EnrolmentRequest.self, from: body) else {
            return FakeStore.problem(.malformed)
        }
        enrolments.append(request)
        return json(
            201,
            EnrolmentAnswer(
                installation: installation, receiptKey: [UInt8](receiptKey.publicKey.rawRepresentation),
                sealingKey: [UInt8](repeating: 9, count: 32), directory: "2039150-mz150", schoolName: "A school",
                heads: heads))
    }

    func json(_ status: Int, _ value: some Encodable) -> StoreAnswer {
        StoreAnswer(status: status, body: (try? WireCoding.encode(value)) ?? [])
    }
}
