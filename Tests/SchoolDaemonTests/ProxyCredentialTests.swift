import Testing
import Uploading

@testable import SchoolDaemon

@Suite("A proxy's password")
struct ProxyCredentialTests {
    private func read(_ text: String) throws -> String? {
        let made = try MadeSchool()
        try made.file(ProxyCredential.name, text)
        return try ProxyCredential(path: "\(made.root)/\(ProxyCredential.name)").address()
    }

    @Test("stands with the proxy's address in a file of one line")
    func oneLine() throws {
        #expect(try read("http://user:secret@192.0.2.1:3128\n") == "http://user:secret@192.0.2.1:3128")
        #expect(try read("socks5h://192.0.2.1:1080") == "socks5h://192.0.2.1:1080")
    }

    @Test("is not needed")
    func none() throws {
        #expect(try ProxyCredential(path: "/nonexistent/\(ProxyCredential.name)").address() == nil)
    }

    @Test(
        "is repeated by no message, whatever else the file holds",
        arguments: [
            "", "secret\n", "ftp://user:secret@192.0.2.1\n", "http://user:secret@192.0.2.1\nhttp://192.0.2.2\n",
        ])
    func wrong(text: String) throws {
        let error = try #require(throws: UploadError.self) { try read(text) }
        #expect(error.code == .configuration)
        #expect(!"\(error)".contains("secret"))
    }
}
