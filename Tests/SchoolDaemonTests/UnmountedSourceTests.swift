import Foundation
import LevelTree
import Settings
import Testing

@testable import SchoolDaemon
@testable import Staging

@Suite("A source whose disk is not mounted")
struct UnmountedSourceTests {
    private let made: MadeSchool
    private let mirrors = [Dataset.of("media"), Dataset.of("rcs-repo")]
    private var data: String { made.root + "/data" }

    init() throws {
        made = try MadeSchool()
        for number in 0..<4 {
            try made.file("data/media/\(number)", "medium")
            try made.file("data/rcs-repo/\(number),v", "version")
        }
    }

    private func school() throws -> School {
        var settings = made.settings
        settings.school.serverID = try ServerID("mz150")
        settings.school.schoolCode = try SchoolCode("2039150")
        return try School(settings)
    }

    private func collect(_ datasets: [Dataset]? = nil) async throws -> CollectionReport {
        let school = try school()
        let staging = try school.openStaging(school.identity())
        return try await school.collect(datasets ?? mirrors, as: school.identity(), into: staging) { _ in }
    }

    private func files(_ report: CollectionReport) -> [UInt64?] { report.datasets.map { $0.generation?.files } }

    private func held(_ report: CollectionReport) -> [String] {
        report.datasets.compactMap { if case .held(let reason) = $0.ending { reason } else { nil } }
    }

    private func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: made.root + "/" + path) }

    @Test(arguments: [false, true])
    func `keeps its mirrors however often it is seen, and check warns of each`(foldersRemain: Bool) async throws {
        #expect(try await collect().exitStatus == .ok)
        try remove("data")
        try made.folder(foldersRemain ? "data/media" : "data")
        if foldersRemain { try made.folder("data/rcs-repo") }
        for _ in 0..<4 {
            let report = try await collect()
            #expect(report.exitStatus == .partial)
            #expect(held(report).count == 2)
            #expect(held(report).allSatisfy { $0.contains("\(data) looks like a disk that is not mounted") })
            #expect(report.warnings.contains { $0.sentence.contains("rcs-repo and media are gone from it together") })
            #expect(report.datasets.allSatisfy { $0.standing?.files == 4 })
        }
        let check = await Check.run(try school(), configuration: "c")
        let warned = check.lines.filter { $0.level == .warning && $0.sentence.contains("with 4 files stands") }
        #expect(Set(warned.map(\.subject)) == ["source media", "source rcs-repo"])
        #expect(
            check.lines.contains { $0.level == .fault && $0.sentence.contains("looks as if its disk were not mounted") }
        )

        // Mounted again, it goes on as before.
        for number in 0..<4 {
            try made.file("data/media/\(number)", "medium")
            try made.file("data/rcs-repo/\(number),v", "version")
        }
        let mounted = try await collect()
        #expect(files(mounted) == [4, 4])
        #expect(mounted.warnings.isEmpty)
    }

    @Test func `is told from one that is emptied on purpose by a file that says so`() async throws {
        #expect(try await collect().exitStatus == .ok)
        try remove("data")
        try made.file("data/media/EMPTIED", "")
        try made.file("data/rcs-repo/EMPTIED", "")
        #expect(try await held(collect()).count == 2)
        #expect(try await files(collect()) == [1, 1])
    }

    @Test func `is told from a single mirror that is gone: that is believed at the second pass`() async throws {
        #expect(try await collect().exitStatus == .ok)
        try remove("data/media")
        #expect(try await held(collect()).count == 1)
        #expect(try await files(collect()) == [4, 0])
        try remove("data/rcs-repo")
        #expect(try await held(collect()).count == 1)
        #expect(try await files(collect()) == [0, 0])
    }

    @Test func `counts for nothing of what was seen while it was away`() async throws {
        #expect(try await collect().exitStatus == .ok)
        try remove("data")
        #expect(try await held(collect()).count == 2)
        for number in 0..<4 { try made.file("data/rcs-repo/\(number),v", "version") }
        #expect(try await held(collect()).count == 1)
        #expect(try await files(collect()) == [4, 0])
    }

    @Test func `may hold one mirror only, if the folder itself is gone`() async throws {
        try remove("data/rcs-repo")
        #expect(try await collect([.of("media")]).exitStatus == .ok)
        try remove("data")
        for _ in 0..<3 {
            let report = try await collect([.of("media")])
            #expect(held(report).count == 1)
            #expect(report.warnings.count == 1)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "mounting needs root"))
    func `may hold one mirror only, if it was a mount point`() async throws {
        try remove("data")
        try made.folder("data")
        try #require(mount("none", data, "tmpfs", 0, "size=1m") == 0)
        var isMounted = true
        defer { if isMounted { umount2(data, Int32(MNT_DETACH)) } }
        try made.file("data/media/0", "medium")
        #expect(try await collect([.of("media")]).exitStatus == .ok)
        umount2(data, Int32(MNT_DETACH))
        isMounted = false
        for _ in 0..<3 {
            let report = try await collect([.of("media")])
            #expect(held(report).count == 1)
            #expect(report.warnings.contains { $0.sentence.contains("was a disk of its own at the last collection") })
        }
        // The disk was copied into the folder: that is seen by its files.
        try made.file("data/media/0", "medium")
        #expect(try await held(collect([.of("media")])).count == 1)
        #expect(try await files(collect([.of("media")])) == [1])
        try remove("data/media")
        #expect(try await held(collect([.of("media")])).count == 1)
        #expect(try await files(collect([.of("media")])) == [0])
    }
}
