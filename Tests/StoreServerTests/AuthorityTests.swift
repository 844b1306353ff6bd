import Content
import Crypto
import Foundation
import Testing

@testable import StoreServer

@Suite("The store's own authority")
struct AuthorityTests {
    private static let hosts = ["store.example.org", "localhost", "127.0.0.1", "::1"]

    private func made() throws -> (TemporaryFolder, Authority) {
        let folder = try TemporaryFolder()
        return (folder, try Authority.make(in: folder.path + "/tls", hosts: Self.hosts.map { try HostName($0) }))
    }

    @Test("both certificates are valid for every clock from 1970 to 9999")
    func dates() throws {
        let (folder, _) = try made()
        for name in ["authority.pem", "server.pem"] {
            let shown = try Program.run(["openssl", "x509", "-noout", "-dates", "-in", folder.path + "/tls/" + name])
            #expect(shown.output == "notBefore=Jan  1 00:00:00 1970 GMT\nnotAfter=Dec 31 23:59:59 9999 GMT\n")
        }
    }

    @Test("openssl verifies the server's certificate against the authority, for each name and at any time")
    func chain() throws {
        let (folder, _) = try made()
        let tls = folder.path + "/tls/"
        let names = [
            ["-verify_hostname", "store.example.org"], ["-verify_hostname", "localhost"], ["-verify_ip", "127.0.0.1"],
            ["-verify_ip", "::1"],
        ]
        for name in names {
            for time in ["0", "1534309205", "32503680000"] {
                let verified = try Program.run(
                    ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-attime", time, "-CAfile"]
                        + [tls + "authority.pem"] + name + [tls + "server.pem"])
                #expect(verified.status == 0, "\(name) at \(time): \(verified.errors)")
            }
        }
        let other = try Program.run([
            "openssl", "verify", "-CAfile", tls + "authority.pem", "-verify_hostname", "other.example.org",
            tls + "server.pem",
        ])
        #expect(other.status != 0)
    }

    @Test("the fingerprint is what openssl makes of the authority's public key")
    func fingerprint() throws {
        let (folder, authority) = try made()
        let path = folder.path + "/tls/authority.pem"
        let pipe = "openssl x509 -in \(path) -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum"
        let shown = try Program.run(["sh", "-c", pipe])
        #expect(shown.output.hasPrefix(authority.fingerprint.hex + " "))
    }

    @Test("the server's certificate is small, as every new connection carries it")
    func size() throws {
        let (folder, _) = try made()
        let shown = try Program.run(["sh", "-c", "openssl x509 -outform DER -in \(folder.path)/tls/server.pem | wc -c"])
        let bytes = try #require(Int(shown.output.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(bytes < 600)
    }

    @Test("keys are readable for their owner only, whatever the umask")
    func permissions() throws {
        let (folder, _) = try made()
        _ = try StoreKeys.make(in: folder.path + "/keys")
        for name in ["authority.key", "authority.pem", "server.key", "server.pem"] {
            #expect(try folder.permissions(of: "tls/" + name) == 0o600)
        }
        for name in ["receipt.key", "sealing.key"] { #expect(try folder.permissions(of: "keys/" + name) == 0o600) }
        #expect(try folder.permissions(of: "tls") == 0o700)
        #expect(try folder.permissions(of: "keys") == 0o700)
    }

    @Test("keys are read back the same, and damaged ones are refused")
    func keys() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/keys"
        let keys = try StoreKeys.make(in: path)
        #expect(try StoreKeys.load(from: path).receipt.rawRepresentation == keys.receipt.rawRepresentation)
        try folder.write("c2hvcnQ=\n", to: "keys/receipt.key")
        let error = #expect(throws: StoreServerError.self) { try StoreKeys.load(from: path) }
        #expect(error?.code == .damagedKeys)
    }

    @Test("a key that belongs to another certificate, and one of another authority, are refused")
    func mixedUp() throws {
        let (first, _) = try made()
        let (second, _) = try made()
        for name in ["server.key", "server.pem"] {
            try first.write(try second.read("tls/" + name), to: "tls/" + name)
            let error = #expect(throws: StoreServerError.self) { try Authority.load(from: first.path + "/tls") }
            #expect(error?.code == .damagedKeys)
        }
    }

    @Test(
        "what is neither a DNS name nor an address is refused",
        arguments: [
            "", "https://store.example.org", "store.example.org:8443", "store example", "-store", "store_1",
            "1.2.3.400",
            "a..b", "store.example.org.", "*.example.org", String(repeating: "a", count: 64),
        ])
    func hostNames(text: String) {
        #expect(throws: StoreServerError.self) { try HostName(text) }
    }
}
