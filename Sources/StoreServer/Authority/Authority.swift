import Content
import Crypto
import FoundationEssentials
import X509

/// The store's own certificate authority and its server's certificate, as they lie in `<data>/tls/`.
///
/// | file | holds |
/// |---|---|
/// | `authority.pem` | the authority's certificate; schools pin its key at enrolment |
/// | `authority.key` | its private key, EC P-256; needed only to issue a new server certificate |
/// | `server.pem`, `server.key` | what the service shows |
public struct Authority: Sendable {
    /// What `GET /v1/ca` gives.
    public let certificatePEM: String
    /// SHA-256 of the authority's SubjectPublicKeyInfo in DER; every enrolment code carries it.
    public let fingerprint: ChunkID
    public let serverCertificatePEM: String
    public let serverKeyPEM: String

    /// Makes a new authority and a server certificate for `hosts` and keeps them, durable, in `folder`.
    static func make(in folder: String, hosts: [HostName]) throws -> Authority {
        let authorityKey = P256.Signing.PrivateKey()
        let certificate = try Certificates.authority(key: authorityKey)
        let serverKey = P256.Signing.PrivateKey()
        let serverCertificate = try Certificates.server(
            key: serverKey, hosts: hosts, issuer: certificate, issuerKey: authorityKey)
        try PrivateFile.makeFolder(folder, mode: 0o700)
        try write(authorityKey.pemRepresentation, to: folder + "/authority.key")
        try write(serverKey.pemRepresentation, to: folder + "/server.key")
        try write(serverCertificate.serializeAsPEM().pemString, to: folder + "/server.pem")
        try write(certificate.serializeAsPEM().pemString, to: folder + "/authority.pem")
        return try load(from: folder)
    }

    /// Reads and checks what `make` wrote. The authority's private key is not touched.
    static func load(from folder: String) throws -> Authority {
        let authorityText = try read(folder + "/authority.pem")
        let serverText = try read(folder + "/server.pem")
        let keyText = try read(folder + "/server.key")
        let authority = try parse(authorityText, folder + "/authority.pem")
        let server = try parse(serverText, folder + "/server.pem")
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: keyText) else {
            throw StoreServerError(.damagedKeys, "\(folder)/server.key is not an EC P-256 private key in PEM form.")
        }
        guard server.publicKey == Certificate.PublicKey(key.publicKey) else {
            throw StoreServerError(.damagedKeys, "\(folder)/server.key does not belong to \(folder)/server.pem.")
        }
        guard authority.publicKey.isValidSignature(server.signature, for: server) else {
            throw StoreServerError(.damagedKeys, "\(folder)/server.pem was not issued by \(folder)/authority.pem.")
        }
        return Authority(
            certificatePEM: authorityText,
            fingerprint: try ChunkID(bytes: Certificates.fingerprint(of: authority)),
            serverCertificatePEM: serverText,
            serverKeyPEM: keyText)
    }

    private static func parse(_ text: String, _ path: String) throws -> Certificate {
        guard let certificate = try? Certificate(pemEncoded: text) else {
            throw StoreServerError(.damagedKeys, "\(path) is not one certificate in PEM form.")
        }
        return certificate
    }

    private static func write(_ text: String, to path: String) throws {
        try PrivateFile.write(Array((text.hasSuffix("\n") ? text : text + "\n").utf8), to: path)
    }

    private static func read(_ path: String) throws -> String {
        String(decoding: try PrivateFile.read(path), as: UTF8.self)
    }
}
