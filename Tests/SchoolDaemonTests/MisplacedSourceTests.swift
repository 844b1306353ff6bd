import Glibc
import LevelTree
import Settings
import Testing

@testable import SchoolDaemon
@testable import Staging

@Suite("A dataset behind a symlink, or a file in its place")
struct MisplacedSourceTests {
    private let made: MadeSchool

    init() throws {
        made = try MadeSchool()
        try made.file("elsewhere/one", "1")
        try made.folder("data")
    }

    private func school() throws -> School {
        var settings = made.settings
        settings.school.serverID = try ServerID("mz150")
        settings.school.schoolCode = try SchoolCode("2039150")
        return try School(settings)
    }

    private func collect(_ dataset: Dataset) async throws -> CollectionReport {
        let school = try school()
        let staging = try school.openStaging(school.identity())
        return try await school.collect([dataset], as: school.identity(), into: staging) { _ in }
    }

    /// One mirror, one by reference, and one that accumulates.
    @Test(arguments: ["rcs-repo", "media", "gstudio-logs"], [true, false])
    func `is never absent: collect, check and sources name it and do not end with success`(
        name: String, isLink: Bool
    ) async throws {
        let place = "\(made.root)/data/\(name)"
        if isLink { symlink(made.root + "/elsewhere", place) } else { try made.file("data/\(name)", "a file") }
        let sentence = "\(place) is a \(isLink ? "symbolic link" : "file")"

        let report = try await collect(.of(name))
        #expect(report.exitStatus == .partial)
        #expect(report.datasets.map(\.isNotable) == [true])
        #expect(report.datasets.first?.sentence.hasPrefix("\(name): failed: \(sentence)") == true)

        let sources = try await school().sources([.of(name)])
        #expect(sources.exitStatus == .partial)
        #expect(sources.text.contains(sentence))

        let check = await Check.run(try school(), configuration: "c")
        let line = check.lines.first { $0.subject == "source \(name)" }
        #expect(line?.level == .fault)
        #expect(line?.sentence.hasPrefix(sentence) == true)
    }

    @Test(arguments: ["rcs-repo", "media", "gstudio-logs"])
    func `leaves the last generation, however often it is seen`(name: String) async throws {
        try made.file("data/\(name)/file", "content")
        #expect(try await collect(.of(name)).exitStatus == .ok)
        let place = "\(made.root)/data/\(name)"
        rename(place, made.root + "/moved")
        symlink(made.root + "/elsewhere", place)
        for _ in 0..<3 {
            let report = try await collect(.of(name))
            #expect(report.exitStatus == .partial)
            #expect(report.datasets.first?.standing?.files == 1)
            #expect(report.datasets.first?.sentence.hasSuffix("stands") == true)
        }
        unlink(place)
        rename(made.root + "/moved", place)
        #expect(try await collect(.of(name)).exitStatus == .ok)
    }
}
