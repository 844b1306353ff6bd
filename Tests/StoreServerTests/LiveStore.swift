import CentralStore
import Content
import Crypto
import Foundation
import LevelTree
import Logging
import Settings
import TestSupport
import Wire

@testable import StoreServer

/// A store of its own that serves on a free port of the loopback interface, in this process, over real TLS.
final class LiveStore: Sendable {
    let folder: TemporaryFolder
    let directory: DataDirectory
    let authority: Authority
    let port: Int
    let lines: RecordingLog
    /// What the service itself holds.
    let core: CentralStore
    let bodies: BodyBudget
    private let service: Task<Void, any Error>

    /// Serves for as long as `body` runs, then stops in order.
    static func serving<Result>(
        limits: ServiceLimits = ServiceLimits(), storeLimits: StoreLimits = StoreLimits(), passed: [CInt] = [],
        _ body: (LiveStore) async throws -> Result
    ) async throws -> Result {
        let store = try await LiveStore(limits, storeLimits, passed)
        let result: Result
        do {
            result = try await body(store)
        } catch {
            try? await store.stop()
            throw error
        }
        try await store.stop()
        return result
    }

    private init(_ limits: ServiceLimits, _ storeLimits: StoreLimits, _ passed: [CInt]) async throws {
        let folder = try TemporaryFolder()
        let directory = DataDirectory(folder.path + "/store")
        let lines = RecordingLog()
        authority = try Initialisation.run(
            directory, hosts: [HostName("127.0.0.1"), HostName("localhost")],
            listen: ListenAddress(host: "127.0.0.1", port: 0))
        let service = try StoreService.open(
            directory, settings: SettingsFile.store(directory.settingsFile), storeLimits: storeLimits, limits: limits,
            logger: lines.logger)
        let (ports, ready) = AsyncThrowingStream<Int, any Error>.makeStream()
        let task = Task {
            do {
                try await service.run(passed: passed) { ready.yield($0) }
                ready.finish()
            } catch {
                ready.finish(throwing: error)
                throw error
            }
        }
        var found: Int?
        for try await port in ports {
            found = port
            break
        }
        guard let found else { throw StoreServerError(.cannotListen, "the service ended before it was ready") }
        self.folder = folder
        self.directory = directory
        self.lines = lines
        core = service.handle.store
        bodies = service.bodies
        self.service = task
        port = found
    }

    private func stop() async throws {
        service.cancel()
        try await service.value
    }

    /// Returns when what the service does by itself has come about; gives up after many looks, each of which is one
    /// request and its answer.
    func until(_ hasCome: () async throws -> Bool) async throws {
        for _ in 0..<1000 {
            if try await hasCome() { return }
            _ = try await curl("GET", "/health", options: ["--interface", "127.0.0.9"])
        }
        throw StoreServerError(.control, "what the service should do by itself did not come about")
    }

    /// What a command does while the service runs: over the control socket.
    func command(_ operation: StoreOperation) async throws -> OperationResult {
        let directory = directory
        return try await aside { try StoreCommand(directory).perform(operation) }
    }

    func addSchool(_ id: String = "mz150", code: String = "2039150") async throws -> EnrolmentCode {
        let identity = SchoolIdentity(
            serverID: try ServerID(id), schoolCode: try SchoolCode(code), schoolName: "Made-up School")
        return try await enrolmentCode(.addSchool(identity))
    }

    func newCode(_ id: String = "mz150") async throws -> EnrolmentCode {
        try await enrolmentCode(.newCode(ServerID(id)))
    }

    private func enrolmentCode(_ operation: StoreOperation) async throws -> EnrolmentCode {
        guard case .code(let text) = try await command(operation) else { throw StoreServerError(.control, "no code") }
        return try EnrolmentCode(parsing: text)
    }

    /// A school that has enrolled.
    func school(_ id: String = "mz150", code: String = "2039150") async throws -> LiveSchool {
        let enrolmentCode = try await addSchool(id, code: code)
        let token = Token.random()
        let wish = try LiveSchool.enrolment(enrolmentCode, token, id: id, code: code)
        let answer = try await curl("POST", "/v1/enrolments", body: WireCoding.encode(wish))
        return LiveSchool(store: self, token: token, answer: try answer.decoded(EnrolmentAnswer.self, status: 201))
    }

    /// One request by curl, which pins the authority as a school does.
    func curl(
        _ method: String, _ path: String, token: Token? = nil, headers: [String] = [], body: [UInt8]? = nil,
        options: [String] = [], port: Int? = nil
    ) async throws -> CurlAnswer {
        let headers = headers + (token.map { ["Authorization: Bearer \($0.text)"] } ?? [])
        let url = "https://127.0.0.1:\(port ?? self.port)\(path)"
        let authority = directory.tls + "/authority.pem"
        return try await aside {
            try CurlAnswer.ask(method, url, authority: authority, headers: headers, body: body, options: options)
        }
    }
}

/// An enrolled school at a live store.
struct LiveSchool: Sendable {
    let store: LiveStore
    let token: Token
    let answer: EnrolmentAnswer

    static func enrolment(
        _ code: EnrolmentCode, _ token: Token, id: String = "mz150", code schoolCode: String = "2039150"
    ) throws -> EnrolmentRequest {
        EnrolmentRequest(
            code: code.secretText, serverID: try ServerID(id), schoolCode: try SchoolCode(schoolCode),
            schoolName: "Made-up School", tokenHash: token.hash,
            signingKey: [UInt8](Curve25519.Signing.PrivateKey().publicKey.rawRepresentation))
    }

    func curl(
        _ method: String, _ path: String, headers: [String] = [], body: [UInt8]? = nil, options: [String] = []
    ) async throws -> CurlAnswer {
        try await store.curl(method, path, token: token, headers: headers, body: body, options: options)
    }

    /// Sends a part of a frame.
    func patch(
        _ frame: ChunkID, _ part: some Collection<UInt8>, offset: Int = 0, isLast: Bool = true
    ) async throws -> CurlAnswer {
        try await curl(
            "PATCH", "/v1/frames/\(frame.hex)",
            headers: [
                "Content-Type: \(WireCoding.partialUploadType)", "Upload-Offset: \(offset)",
                "Upload-Complete: \(isLast ? "?1" : "?0")",
            ], body: Array(part))
    }

    /// Brings these chunks, in one frame without a base.
    func bring(_ chunks: [[UInt8]]) async throws {
        let body = try frame(chunks)
        let answer = try await patch(ChunkID(hashing: body), body)
        guard answer.status == 201 else { throw StoreServerError(.control, "\(answer)") }
    }

    func commit(_ request: CommitRequest) async throws -> CurlAnswer {
        try await curl("POST", "/v1/snapshots", body: WireCoding.encode(request))
    }
}

/// A frame that holds these chunks.
func frame(_ chunks: [[UInt8]]) throws -> [UInt8] {
    try chunks.flatMap { $0 }.withUnsafeBytes {
        try FrameEncoder().encode(content: $0, chunkLengths: chunks.map(\.count), base: [], baseContent: nil, level: 3)
    }
}

/// A dataset's generation of one file, as a school commits it, and the chunks that it needs.
struct OneFile {
    let manifest: [UInt8]
    let content: [UInt8]

    init(_ text: String, name: String = "a.log") throws {
        content = Array(text.utf8)
        var encoder = ManifestEncoder()
        try encoder.append(
            ManifestEntry(
                path: RelativePath(name), size: UInt64(content.count), mode: 0o640,
                modified: FileTime(seconds: 1_534_309_205, nanoseconds: 1), isStale: false,
                chunks: [ChunkReference(id: ChunkID(hashing: content), length: content.count)]))
        encoder.finish()
        manifest = encoder.takeBytes()
    }

    var chunks: [[UInt8]] { [content, manifest] }

    func commit(
        _ sequence: UInt64, parent: SnapshotID? = nil, dataset: String = "gstudio-logs"
    ) throws -> CommitRequest {
        guard let dataset = Dataset(name: dataset) else { throw StoreServerError(.badArgument, dataset) }
        return CommitRequest(
            dataset: dataset, year: try Year(2018), sequence: sequence, parent: parent, outcome: .complete,
            manifest: [ChunkID(hashing: manifest)], files: 1, bytes: UInt64(content.count), started: 1_534_309_205_000,
            finished: 1_534_309_206_000, clockTrusted: true, shortfalls: [])
    }
}
