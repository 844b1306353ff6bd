import Content
import Foundation
import LevelTree
import Staging
import Synchronization
import Wire

@testable import Uploading

/// A school with a staging directory of its own, enrolled at a `FakeStore`.
final class TestSchool {
    let folder: URL
    let store: FakeStore
    private(set) var staging: Staging
    let files: InstallationFiles
    /// How long the uploader has waited, without waiting.
    let waits = Waits()
    let year: Year
    private let slices: SliceSize

    static func identity() throws -> SchoolIdentity {
        SchoolIdentity(
            serverID: try ServerID("mz150"), schoolCode: try SchoolCode("2039150"), schoolName: "A school")
    }

    init(
        store: FakeStore = FakeStore(), isEnrolled: Bool = true, as serverID: String = "mz150",
        slices: SliceSize = SliceSize()
    ) throws {
        self.store = store
        self.slices = slices
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("school-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("source"), withIntermediateDirectories: true)
        staging = try TestSchool.open(folder.appendingPathComponent("staging").path, slices)
        files = InstallationFiles(stagingDirectory: staging.directory)
        year = try Year(2018)
        if isEnrolled { try enrol(as: serverID) }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private static func open(_ directory: String, _ slices: SliceSize) throws -> Staging {
        var options = StagingOptions(keepFree: 0)
        options.slices = slices
        return try Staging.open(at: directory, identity: identity(), options: options)
    }

    /// What a restart of the program does. `body` runs while nobody holds the directory.
    func restart(_ body: () throws -> Void = {}) throws {
        let directory = staging.directory
        // The lock goes with the object: put one of another directory in its place first.
        let other = FileManager.default.temporaryDirectory.appendingPathComponent("other-\(UUID().uuidString)")
        staging = try TestSchool.open(other.path, slices)
        try body()
        staging = try TestSchool.open(directory, slices)
        try FileManager.default.removeItem(at: other)
    }

    /// As an enrolment leaves it; the way there has its own tests.
    private func enrol(as serverID: String) throws {
        let answer = EnrolmentAnswer(
            installation: store.installation, receiptKey: [UInt8](store.receiptKey.publicKey.rawRepresentation),
            sealingKey: [UInt8](repeating: 9, count: 32), directory: "2039150-\(serverID)", schoolName: "A school",
            heads: store.heads)
        let record = EnrolmentRecord(
            store: "https://store.example.org", serverID: try ServerID(serverID), codeHash: "",
            token: Token.random().text,
            signingKey: Data(repeating: 1, count: 32), authority: Data("PEM".utf8))
        try Enrolment.putInPlace(record, answer, staging: staging, files: files)
    }

    // MARK: Collecting

    /// A generation of `name` that holds these files, made of text.
    @discardableResult
    func collect(_ name: String, _ texts: [String: [UInt8]]) throws -> CollectionResult {
        let time = FileTime(seconds: 1_500_000_000, nanoseconds: 5)
        let parts = try texts.sorted { $0.key < $1.key }.map { path, bytes in
            Gathering.Part.text(bytes, as: try RelativePath(path), mode: 0o644, modified: time)
        }
        return try collect(name, Gathering(parts: parts))
    }

    @discardableResult
    func collect(_ name: String, _ gathering: Gathering) throws -> CollectionResult {
        guard let dataset = Dataset(name: name) else { throw CocoaError(.keyValueValidation) }
        let result = try staging.collect(
            dataset, year: year, gathering: gathering,
            clock: CollectionClock(startedMilliseconds: 1_500_000_000_000, bootSeconds: 100, isTrusted: true))
        guard case .published = result.ending else { throw CocoaError(.featureUnsupported) }
        return result
    }

    /// Bytes that do not compress, the same for the same seed.
    static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 32)
        }
    }

    /// Text of which half the bytes are news to any compressor, the same for the same seed.
    static func text(_ count: Int, seed: UInt64) -> [UInt8] {
        noise(count, seed: seed).map { UInt8(ascii: "a") + $0 % 16 }
    }

    // MARK: Uploading

    func uploader(
        _ limits: RetryPolicy.Limits = RetryPolicy.Limits(), report: (@Sendable () throws -> Report)? = nil
    ) -> Uploader {
        let (store, waits) = (store, waits)
        return Uploader(
            staging: staging, files: files,
            options: Uploader.Options(store: "https://store.example.org", retry: limits, report: report),
            surroundings: Surroundings(connect: { _ in store }, wait: { seconds, _ in waits.add(seconds) }))
    }

    /// Everything, and this report.
    func upload(telling report: @escaping @Sendable () throws -> Report) async -> UploadReport {
        await uploader(report: report).upload()
    }

    func upload(_ names: [String]? = nil) async -> UploadReport {
        await uploader().upload(names.map { $0.compactMap { Dataset(name: $0) } })
    }

    /// An upload in which power fails at the request of this number, and the restart after it, over a link that holds.
    func uploadUntilPowerFails(at moment: Int) async throws {
        store.fault = { request, number in
            guard number == moment else { return nil }
            // Half of a frame arrives before the power fails, and all of anything else.
            return request.method == .patch ? .cut(after: (request.body?.count ?? 0) / 2) : .answerLost
        }
        _ = await uploader(RetryPolicy.Limits(attempts: 1)).upload()
        try restart()
        store.fault = { _, _ in nil }
    }
}

/// The waits that were asked for, in seconds.
final class Waits: Sendable {
    private let list = Mutex<[Double]>([])
    func add(_ seconds: Double) { list.withLock { $0.append(seconds) } }
    var all: [Double] { list.withLock { $0 } }
}

extension UploadReport {
    var committed: [String] {
        entries.compactMap { if case .committed = $0.ending { $0.dataset.name } else { nil } }
    }

    var failures: [String: UploadError.Code] {
        Dictionary(
            uniqueKeysWithValues: entries.compactMap { entry in
                if case .failed(let error) = entry.ending { (entry.dataset.name, error.code) } else { nil }
            })
    }
}
