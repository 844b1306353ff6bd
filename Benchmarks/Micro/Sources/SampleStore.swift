import CentralStore
import Content
import Crypto
import LevelTree
import Wire

/// A store in a folder of its own, and one school that sends to it. Without the HTTP in front of it, and without the
/// tree behind it.
final class SampleStore {
    private let folder: ScratchFolder
    let store: CentralStore
    let school: AuthenticatedInstallation

    init() throws {
        folder = try ScratchFolder()
        let data = folder.path + "/store"
        let authority = ChunkID(hashing: [1])
        try CentralStore.create(at: data)
        store = try CentralStore.open(
            at: data,
            options: StoreOptions(
                receiptKey: Curve25519.Signing.PrivateKey(), sealingKey: [UInt8](repeating: 7, count: 32),
                authority: authority))
        let (id, code) = (try ServerID("mz150"), try SchoolCode("2039150"))
        let secret = try store.addSchool(id, code: code, name: "Govt. H/S").secretText
        let token = Token.random()
        _ = try store.enrol(
            EnrolmentRequest(
                code: secret, serverID: id, schoolCode: code, schoolName: "Govt. H/S", tokenHash: token.hash,
                signingKey: [UInt8](repeating: 3, count: 32)))
        school = try store.authenticate(token.hash)
    }

    deinit { store.close() }

    /// Makes these chunks the school's own, in frames of as many as the wire allows.
    func send(_ chunks: [[UInt8]]) throws {
        let encoder = try FrameEncoder()
        for start in stride(from: 0, to: chunks.count, by: FrameLimits.wire.maxChunks) {
            let some = chunks[start..<min(start + FrameLimits.wire.maxChunks, chunks.count)]
            let body = try some.flatMap { $0 }.withUnsafeBytes { content in
                try encoder.encode(content: content, chunkLengths: some.map(\.count), level: FrameLevel.bulk)
            }
            let upload = try store.openFrame(ChunkID(hashing: body), at: 0, for: school)
            try body.withUnsafeBytes { try upload?.append($0) }
            try upload?.finish()
        }
    }
}
