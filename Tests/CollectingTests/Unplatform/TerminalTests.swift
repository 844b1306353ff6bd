import LevelTree
import Staging
import Testing

@testable import Collecting

@Suite("Which lab PC it is from")
struct TerminalTests {
    @Test(arguments: [
        (#"{"terminalId": "7"}"#, "7"), (#"{"terminalId": 7}"#, "7"), (#"{"terminalId": "  lab PC 7\t"}"#, "lab PC 7"),
        (#"{"schoolId": "foo school", "terminalId": "संगणक ७"}"#, "संगणक ७"),
        ("\u{feff}{\"terminalId\": \"7\"}", "7"),
    ])
    func `is what somebody typed`(text: String, id: String) {
        #expect(TerminalID.read(Array(text.utf8)) == id)
    }

    @Test(arguments: [
        "", "{", "[]", "{}", #"{"terminalId": null}"#, #"{"terminalId": ""}"#, #"{"terminalId": "  "}"#,
        #"{"terminalId": ".."}"#, #"{"terminalId": "../7"}"#, #"{"terminalId": "a/b"}"#, #"{"terminalId": "a\\b"}"#,
        #"{"terminalId": "a\u0000b"}"#, #"{"terminalId": "a\nb"}"#, #"{"terminalId": "a\u202eb"}"#,
        #"{"terminalId": ".hidden"}"#, #"{"terminalId": "refused"}"#, #"{"terminalId": "unsorted"}"#,
        #"{"terminalId": ["7"]}"#,
        "{\"terminalId\": \"\(String(repeating: "x", count: 65))\"}",
    ])
    func `is not believed where it can be no folder's name`(text: String) {
        #expect(TerminalID.read(Array(text.utf8)) == nil)
    }

    @Test func `is unknown by the archive's hash, or the folder's configuration or names`() async throws {
        let site = try DropSite()
        site.zip("a.zip", "config('..'); put('1', 'A')")
        site.zip("b.zip", "put('1', 'B')")
        site.write(#"{"terminalId": ""}"#, to: "c/unplatform/configuration/config.json")
        site.write("x", to: "d/assessment/AssessmentTaken/1.json")
        try await site.collect()
        let hashes = ["a.zip", "b.zip", "c/unplatform/configuration/config.json"].map {
            shell("sha256sum '\(site.drop)/\($0)'").prefix(8)
        }
        let paths = Set(try site.files().keys)
        #expect(
            paths.isSuperset(of: [
                "unknown-\(hashes[0])/a/1", "unknown-\(hashes[1])/b/1",
                "unknown-\(hashes[2])/c/unplatform/configuration/config.json",
            ]))
        #expect(paths.contains { $0.hasPrefix("unknown-") && $0.hasSuffix("/d/assessment/AssessmentTaken/1.json") })
        // What comes later into the folder does not move it.
        site.write("y", to: "d/assessment/AssessmentTaken/2.json")
        try await site.collect()
        #expect(Set(try site.files().keys.map { $0.prefix { $0 != "/" } }).count == 4)
    }

    @Test(arguments: [
        "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e  a b.zip\n",
        "d41d8cd98f00b204e9800998ecf8427e *a b.zip", "\\d41d8cd98f00b204e9800998ecf8427e  a\\\\b.zip",
        "MD5 hash of file C:\\a b.zip:\r\nd4 1d 8c d9 8f 00 b2 04 e9 80 09 98 ec f8 42 7e\r\nCertUtil: -hashfile command"
            + " completed successfully.\r\n",
        "MD5 hash of C:\\a b.zip:\r\nd41d8cd98f00b204e9800998ecf8427e\r\nCertUtil: done\r\n",
        "//\r\n// File Checksum Integrity Verifier version 2.05.\r\n//\r\nd41d8cd98f00b204e9800998ecf8427e c:\\a b.zip",
        "00000000000000000000000000000000  other.zip\nd41d8cd98f00b204e9800998ecf8427e  a b.zip\n",
    ])
    func `and whether it came whole, every tool writes in its own way`(text: String) {
        let wanted = "d41d8cd98f00b204e9800998ecf8427e"
        #expect(ChecksumText.digits(Array(text.utf8), archive: Array("a b.zip".utf8)) == wanted)
        let wide: [UInt8] = [0xff, 0xfe] + text.utf8.flatMap { [$0, 0] }
        #expect(ChecksumText.digits(wide, archive: Array("a b.zip".utf8)) == wanted)
    }

    @Test(arguments: ["", "CertUtil: -hashfile command FAILED: 0x80070002", "d41d8cd98f00b204e9800998ecf8427"])
    func `and where there is no checksum, none is made up`(text: String) {
        #expect(ChecksumText.digits(Array(text.utf8), archive: Array("a.zip".utf8)) == nil)
    }
}
