import Content
import Crypto
import Foundation
import LevelTree
import Wire

/// A school whose every frame, manifest and commit is made by the test: right ones, and wrong ones.
struct HandmadeSchool {
    var curl: Curl
    let installation: InstallationID
    let receiptKey: [UInt8]

    /// What `POST /v1/enrolments` gets; the code's text as it was printed.
    static func request(
        _ code: String, token: Token, id: String = "mz150", schoolCode: String = "2039150",
        name: String = "Govt. Made-up H/S & Hostel"
    ) throws -> [UInt8] {
        try WireCoding.encode(
            EnrolmentRequest(
                code: EnrolmentCode(parsing: code).secretText, serverID: ServerID(id),
                schoolCode: SchoolCode(schoolCode),
                schoolName: name, tokenHash: token.hash,
                signingKey: [UInt8](Curve25519.Signing.PrivateKey().publicKey.rawRepresentation)))
    }

    /// Enrols at a store.
    init(
        at store: StoreProcess, in workspace: Workspace, code: String, id: String = "mz150",
        schoolCode: String = "2039150"
    ) throws {
        let token = Token.random()
        let unnamed = Curl(store: store, workspace: workspace)
        let request = try HandmadeSchool.request(code, token: token, id: id, schoolCode: schoolCode)
        let answer = try unnamed("POST", "/v1/enrolments", headers: HandmadeSchool.json, body: request)
            .decoded(EnrolmentAnswer.self, status: 201)
        curl = Curl(store: store, workspace: workspace, token: token)
        installation = answer.installation
        receiptKey = answer.receiptKeyBytes ?? []
    }

    static let json = ["Content-Type: application/json"]

    // MARK: Frames

    static func frame(_ chunks: [[UInt8]]) throws -> [UInt8] {
        let content = chunks.flatMap { $0 }
        return try content.withUnsafeBytes {
            try FrameEncoder().encode(content: $0, chunkLengths: chunks.map(\.count), level: 3)
        }
    }

    /// Sends a frame whole, by default under its right name.
    func send(_ frame: [UInt8], as name: ChunkID? = nil, offset: Int = 0) throws -> Curl.Answer {
        let name = name ?? ChunkID(hashing: frame)
        return try curl(
            "PATCH", "/v1/frames/\(name.hex)",
            headers: [
                "Upload-Offset: \(offset)", "Upload-Complete: ?1", "Content-Type: \(WireCoding.partialUploadType)",
            ], body: Array(frame[offset...]))
    }

    func bring(_ chunks: [[UInt8]]) throws {
        let answer = try send(HandmadeSchool.frame(chunks))
        guard answer.status == 201 else { throw ChildProcess.Unexpected(description: "frame not taken: \(answer)") }
    }

    /// Which of these ids the store calls missing for this school.
    func missing(_ ids: [ChunkID]) throws -> [Bool] {
        let answer = try curl(
            "POST", "/v1/chunks/missing", headers: ["Content-Type: \(WireCoding.idsType)"], body: ids.flatMap(\.bytes))
        guard answer.status == 200, let bitmap = MissingBitmap(bytes: answer.body, count: ids.count) else {
            throw ChildProcess.Unexpected(description: "no bitmap: \(answer)")
        }
        return ids.indices.map { bitmap[$0] }
    }

    // MARK: Commits

    struct File {
        var path: String
        var content: [UInt8]
    }

    static func manifest(_ files: [File]) throws -> [UInt8] {
        var encoder = ManifestEncoder()
        for file in files {
            let id = ChunkID(hashing: file.content)
            try encoder.append(
                ManifestEntry(
                    path: RelativePath(file.path), size: UInt64(file.content.count), mode: 0o640,
                    modified: FileTime(seconds: 1_534_401_000, nanoseconds: 123_456_789),
                    chunks: file.content.isEmpty ? [] : [ChunkReference(id: id, length: file.content.count)]))
        }
        encoder.finish()
        return encoder.takeBytes()
    }

    static func commit(
        _ dataset: String, manifest: [UInt8], files: [File], sequence: UInt64, parent: SnapshotID? = nil
    ) throws -> CommitRequest {
        guard let dataset = Dataset(name: dataset) else { throw ChildProcess.Unexpected(description: dataset) }
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        return try CommitRequest(
            dataset: dataset, year: Year(Int(collectionYear) ?? 0), sequence: sequence, parent: parent,
            outcome: .complete, manifest: [ChunkID(hashing: manifest)], files: UInt64(files.count),
            bytes: UInt64(files.reduce(0) { $0 + $1.content.count }), started: now - 1000, finished: now,
            clockTrusted: true, shortfalls: [])
    }

    func post(_ commit: CommitRequest) throws -> Curl.Answer {
        try curl("POST", "/v1/snapshots", headers: HandmadeSchool.json, body: WireCoding.encode(commit))
    }

    /// Brings the files' contents and the manifest, and commits them: the right way, in one step.
    @discardableResult
    func publish(
        _ files: [File], as dataset: String = "gstudio-logs", sequence: UInt64, parent: SnapshotID? = nil
    ) throws -> Receipt {
        let manifest = try HandmadeSchool.manifest(files)
        try bring(files.map(\.content).filter { !$0.isEmpty } + [manifest])
        let commit = try HandmadeSchool.commit(
            dataset, manifest: manifest, files: files, sequence: sequence, parent: parent)
        return try post(commit).decoded(Receipt.self, status: 201)
    }
}
