import Collecting
import LevelTree
import Settings
import Terminal
import Testing
import Uploading
import Wire

@testable import SchoolDaemon
@testable import Staging

@Suite("An exit code")
struct ExitStatusTests {
    static let failures: [(any Error & Sendable, ExitStatus)] = [
        (SettingsError(code: .syntax, file: "t", problems: [.init(location: nil, message: "")]), .config),
        (CollectingProblem(.noIdentity, ""), .config), (CollectingProblem(.timeZone, ""), .config),
        (IdentityProblem(.unconfigured, ""), .config),
        (StagingError(.busy, ""), .notNow), (StagingError(.diskFull, ""), .notNow), (StagingError(.io, ""), .io),
        (StagingError(.damaged, ""), .damaged), (StagingError(.unusable, ""), .config),
        (StagingError(.init(rawValue: "unheard-of"), ""), .io),
        (UploadError(.offline, ""), .notNow), (UploadError(.busy, ""), .notNow), (UploadError(.storeFull, ""), .notNow),
        (UploadError(.notEnrolled, ""), .refused), (UploadError(.revoked, ""), .refused),
        (UploadError(.forked, ""), .refused), (UploadError(.restored, ""), .refused),
        (UploadError(.codeRefused, ""), .refused), (UploadError(.untrusted, ""), .refused),
        (UploadError(.unconfigured, ""), .config), (UploadError(.staging, ""), .io),
        (UploadError(.unexpectedAnswer, ""), .unavailable),
        (EnrolmentCodeProblem.slip, .usage), (CancellationError(), .io),
    ]

    @Test("tells why a command could not do its work", arguments: 0..<failures.count)
    func failure(_ number: Int) {
        let (error, status) = Self.failures[number]
        #expect(ExitStatus(failure: error) == status, "\(error)")
    }

    @Test("of a collection is the failure's own only where nothing else was done, but for damage and a full disk")
    func collection() throws {
        let (db, media) = (Dataset.of("db"), Dataset.of("media"))
        func failed(_ dataset: Dataset, _ cause: DatasetReport.Cause) -> DatasetReport {
            DatasetReport(dataset: dataset, ending: .failed(reason: "", cause: cause))
        }
        let good = DatasetReport(dataset: media, ending: .published(try .made(media)))
        let partial = DatasetReport(dataset: media, ending: .published(try .made(media, .partial)))
        let held = DatasetReport(dataset: media, ending: .held(reason: ""))
        let absent = DatasetReport(dataset: media, ending: .absent(reason: ""))
        let cases: [([DatasetReport], ExitStatus)] = [
            ([], .ok), ([good], .ok), ([absent], .ok), ([good, partial], .partial), ([partial], .partial),
            ([held], .partial), ([good, failed(db, .source)], .partial), ([failed(db, .source)], .partial),
            ([failed(db, .diskFull)], .notNow), ([good, failed(db, .diskFull)], .notNow),
            ([failed(db, .io), failed(media, .diskFull)], .notNow), ([partial, failed(db, .diskFull)], .notNow),
            ([failed(db, .diskFull), failed(media, .damaged)], .damaged),
            ([good, failed(db, .io)], .partial), ([absent, held, failed(db, .source)], .partial),
            ([failed(db, .diskFull), failed(media, .diskFull)], .notNow), ([failed(db, .io)], .io),
            ([failed(db, .damaged), good], .damaged), ([failed(db, .damaged)], .damaged),
        ]
        for (reports, status) in cases {
            #expect(ExitStatus(collecting: reports) == status, "\(reports.map(\.sentence))")
        }
    }
}
