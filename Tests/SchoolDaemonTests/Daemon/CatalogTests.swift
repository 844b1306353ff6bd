import Foundation
import Testing

@testable import SchoolDaemon

@Suite("The catalog of the daemon's messages")
struct CatalogTests {
    private let path = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../systemd/clix-collectd.catalog").standardizedFileURL.path

    /// By id, the lines of each entry.
    private func entries() throws -> [(id: String, lines: [String])] {
        try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n-- ").dropFirst().map { text in
            let lines = text.components(separatedBy: "\n")
            return (lines[0], Array(lines.dropFirst()))
        }
    }

    @Test("explains each kind of message once, and no others")
    func complete() throws {
        #expect(try entries().map(\.id).sorted() == JournalMessage.allCases.map(\.rawValue).sorted())
    }

    @Test("has ids of 128 bits, all different")
    func ids() {
        let ids = JournalMessage.allCases.map(\.rawValue)
        #expect(ids.allSatisfy { $0.count == 32 && $0.allSatisfy { $0.isHexDigit && !$0.isUppercase } })
        #expect(Set(ids).count == ids.count)
    }

    @Test("says of each what happened, and what to do")
    func texts() throws {
        for (id, lines) in try entries() {
            #expect(lines.first?.hasPrefix("Subject: ") == true, "\(id)")
            let paragraphs = lines.joined(separator: "\n").trimmingCharacters(in: .newlines).components(
                separatedBy: "\n\n")
            #expect(paragraphs.count >= 3, "\(id)")
        }
    }

    @Test(
        "is accepted by journalctl", .enabled(if: access("/usr/bin/journalctl", X_OK) == 0, "there is no systemd here"))
    func accepted() throws {
        let made = try MadeSchool()
        try made.folder("var/lib/systemd/catalog")
        try made.file("usr/lib/systemd/catalog/test.catalog", try String(contentsOfFile: path, encoding: .utf8))
        #expect(try journalctl("--update-catalog", "--root=\(made.root)") == "")
        let listed = try journalctl("--list-catalog", "--root=\(made.root)")
        #expect(listed.split(separator: "\n").count == JournalMessage.allCases.count)
    }

    /// What it says, on either output.
    private func journalctl(_ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/journalctl")
        process.arguments = ["--no-pager"] + arguments
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: bytes, as: UTF8.self)
    }
}
