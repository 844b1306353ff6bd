import Crypto
import Dispatch
import FoundationEssentials
import LevelTree
import Staging
import Wire

/// Makes this machine an installation at a store, with a one-time code.
///
/// Write ordering: token and key are durable in `enrolment.json` before the store hears of them; the answer is durable
/// there before anything takes the place of a former installation; the file goes away last. So a lost answer, or power
/// lost at any moment, costs nothing but a repetition, and until the store has answered a former installation goes on.
public enum Enrolment {
    public struct Result: Sendable {
        public let installation: Installation
        /// The same code again, after success.
        public let wasEnrolled: Bool
        /// Heads of history that the school has at the store already.
        public let heads: [Head]
    }

    /// - Parameters:
    ///   - store: `https://host:port`
    ///   - proxy: nil: as the environment says. Empty: none.
    /// - Throws: `UploadError`.
    public static func enroll(
        code: EnrolmentCode, store: String, identity: SchoolIdentity, staging: Staging, files: InstallationFiles,
        proxy: String? = nil
    ) async throws -> Result {
        let stop = StopSignal()
        let attempt = EnrolmentAttempt(
            code: code, store: store, identity: identity, files: files, proxy: proxy, stop: stop, surroundings: .real)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue(label: "clix-collect.enrol").async {
                    continuation.resume(with: Swift.Result { try attempt.run(staging: staging) })
                }
            }
        } onCancel: {
            stop.stop()
        }
    }

    /// Ends an enrolment that was answered, but not put in place before power went. Nothing else may use the installation
    /// before this. May be called any number of times.
    public static func finishInterrupted(staging: Staging, files: InstallationFiles) throws {
        guard let bytes = try files.read(.enrolment),
            let record = try? WireCoding.decode(EnrolmentRecord.self, from: bytes), let answer = record.answer
        else { return }
        try putInPlace(record, answer, staging: staging, files: files)
    }

    static func putInPlace(
        _ record: EnrolmentRecord, _ answer: EnrolmentAnswer, staging: Staging, files: InstallationFiles
    ) throws {
        try files.write(Array(record.token.utf8), as: .token)
        try files.write([UInt8](record.signingKey), as: .signingKey)
        try files.write([UInt8](record.authority), as: .authority)
        // What was known of a former store's content, or of a former installation's, counts no more.
        try staging.startAnew(heads: answer.heads)
        let installation = InstallationRecord(
            store: record.store, serverID: record.serverID, codeHash: record.codeHash, answer: answer)
        try files.write(try WireCoding.encode(installation), as: .installation)
        try files.remove(.enrolment)
    }
}
